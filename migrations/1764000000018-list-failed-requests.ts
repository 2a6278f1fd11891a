import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The ids of requests that did not succeed, so that somebody who asks for them need not walk through all that did. An
 * index on the log's status would have to be written for each request that closes; this is written for the few alone.
 */
export class ListFailedRequests1764000000018 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table failed_requests (
        id uuid not null,                 -- of the request
        webhook_id uuid,
        document_type text,
        status text not null,
        constraint failed_requests_pkey primary key (id),
        constraint failed_requests_status_check check (status in ('FAILED', 'UNKNOWN', 'REFUSED'))
      )`);
    await db.query('create index failed_requests_webhook_id_idx on failed_requests (webhook_id, id)');
    await db.query('create index failed_requests_status_idx on failed_requests (status, id)');
    await db.query(`
      create or replace function note_opened_requests() returns trigger language plpgsql security definer
        set search_path = pg_catalog, public, pg_temp as $$
      begin
        insert into public.request_changes (xid, kind, request_ids)
          select pg_current_xact_id()::text::bigint, kind, array_agg(id order by id)
          from (select id, case when finished_at is null then 'OPENED' else 'CLOSED' end as kind,
                  (row_number() over (order by id) - 1) / 1000 as piece from opened) as numbered
          group by piece, kind order by piece, kind;
        insert into public.failed_requests (id, webhook_id, document_type, status)
          select id, webhook_id, document_type, status from opened where status in ('FAILED', 'UNKNOWN', 'REFUSED');
        return null;
      end $$`);
    await db.query(`
      create or replace function note_closed_requests() returns trigger language plpgsql security definer
        set search_path = pg_catalog, public, pg_temp as $$
      begin
        insert into public.request_changes (xid, kind, request_ids)
          select pg_current_xact_id()::text::bigint, 'CLOSED', array_agg(id order by id)
          from (select id, (row_number() over (order by id) - 1) / 1000 as piece from closed) as numbered
          group by piece order by piece;
        insert into public.failed_requests (id, webhook_id, document_type, status)
          select id, webhook_id, document_type, status from closed where status in ('FAILED', 'UNKNOWN', 'REFUSED');
        return null;
      end $$`);
    await db.query('lock table webhook_request_logs in share row exclusive mode');
    await db.query(`
      insert into failed_requests (id, webhook_id, document_type, status)
        select id, webhook_id, document_type, status from webhook_request_logs where status in ('FAILED', 'UNKNOWN', 'REFUSED')`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      create or replace function note_opened_requests() returns trigger language plpgsql security definer
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
      create or replace function note_closed_requests() returns trigger language plpgsql security definer
        set search_path = pg_catalog, public, pg_temp as $$
      begin
        insert into public.request_changes (xid, kind, request_ids)
          select pg_current_xact_id()::text::bigint, 'CLOSED', array_agg(id order by id)
          from (select id, (row_number() over (order by id) - 1) / 1000 as piece from closed) as numbered
          group by piece order by piece;
        return null;
      end $$`);
    await db.query('drop table failed_requests');
  }
}
