import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What happened to the log, in the order in which readers learn of it. Counting, searching and watching read from here:
 * a row's id says when its exchange began, not when others could see it, so nobody can ask the log itself for what is new.
 * One row for each statement that opened or closed requests, whoever ran it. Not part of the record: pruned after a day.
 */
export class NoteChanges1764000000014 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table request_changes (
        id bigint generated always as identity,
        xid bigint not null,    -- whether a snapshot sees it: readers compare two of them
        kind text not null,
        request_ids uuid[] not null,                    -- ascending
        at timestamptz(3) not null default clock_timestamp(),
        constraint request_changes_pkey primary key (id),
        constraint request_changes_kind_check check (kind in ('OPENED', 'CLOSED'))
      )`);
    await db.query('create index request_changes_xid_idx on request_changes (xid)');
    // as their owner: nobody else writes this table. In pieces, since one statement may touch millions
    await db.query(`
      create function note_opened_requests() returns trigger language plpgsql security definer
        set search_path = pg_catalog, public, pg_temp as $$
      begin
        insert into public.request_changes (xid, kind, request_ids)
          select pg_current_xact_id()::text::bigint, kind, array_agg(id order by id)
          from (select id, case when finished_at is null then 'OPENED' else 'CLOSED' end as kind,
                  (row_number() over (order by id) - 1) / 1000 as piece from opened) as numbered
          group by piece, kind order by piece, kind;
        return null;
      end $$`);
    await db.query(`
      create function note_closed_requests() returns trigger language plpgsql security definer
        set search_path = pg_catalog, public, pg_temp as $$
      begin
        insert into public.request_changes (xid, kind, request_ids)
          select pg_current_xact_id()::text::bigint, 'CLOSED', array_agg(id order by id)
          from (select id, (row_number() over (order by id) - 1) / 1000 as piece from closed) as numbered
          group by piece order by piece;
        return null;
      end $$`);
    await db.query('revoke execute on function note_opened_requests(), note_closed_requests() from public');
    await db.query(`
      create trigger opened_requests_are_noted after insert on webhook_request_logs
        referencing new table as opened for each statement execute function note_opened_requests()`);
    await db.query(`
      create trigger closed_requests_are_noted after update on webhook_request_logs
        referencing new table as closed for each statement execute function note_closed_requests()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop trigger opened_requests_are_noted on webhook_request_logs');
    await db.query('drop trigger closed_requests_are_noted on webhook_request_logs');
    await db.query('drop function note_opened_requests()');
    await db.query('drop function note_closed_requests()');
    await db.query('drop table request_changes');
  }
}
