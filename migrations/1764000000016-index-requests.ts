import type { MigrationInterface, QueryRunner } from 'typeorm';
import { missingPartitions, RECORD_TABLES } from './1764000000006-make-month-partitions';
import { ALL_THERE_IS } from './1764000000015-request-stats';

/**
 * What closed requests can be found and ordered by, in a table beside the log: filled a moment after they close, so that no
 * index on what closing changes is written while it happens, and erased together with what it was made of.
 */
export class IndexRequests1764000000016 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table request_index (
        id uuid not null,                 -- of the request
        outcome text not null,            -- its status
        took_ms integer not null,         -- its duration; -1 without one
        words tsvector not null,          -- see index-words.ts
        constraint request_index_pkey primary key (id)
      ) partition by range (id)`);
    // outside of the rows: which of them have a word is known from its index, and short rows are read by the hundred
    await db.query('alter table request_index alter column words set storage external');
    await db.query('create index request_index_words_idx on request_index using gin (words)');
    await db.query('create index request_index_outcome_idx on request_index (outcome, id)');
    await db.query('create index request_index_took_ms_idx on request_index (took_ms, id)');
    await db.query(`
      create table request_index_position (
        the_only boolean not null default true,
        from_snapshot text not null,      -- a FeedPosition
        to_snapshot text,
        after_id bigint not null,
        backfill_before uuid,             -- requests with smaller ids may be missing, whatever the feed says; null: none is
        constraint request_index_position_pkey primary key (the_only),
        constraint request_index_position_only_check check (the_only)
      )`);
    await db.query(`
      insert into request_index_position (from_snapshot, after_id, backfill_before) select '3:3:', 0, ${ALL_THERE_IS}`);
    await db.query(JSON_OR_NULL);
    await db.query(`create or replace ${missingPartitions([...RECORD_TABLES, 'request_index'], MONTHS_OF_THE_LOG)}`);
    await db.query('select make_partition(name) from missing_partitions(0)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`create or replace ${missingPartitions(RECORD_TABLES)}`);
    await db.query('drop function json_or_null(bytea)');
    await db.query('drop table request_index_position');
    await db.query('drop table request_index');
  }
}

// Bytes of partners: not UTF-8, no JSON, numbers of a million digits, more levels than a stack holds, NUL.
const JSON_OR_NULL = `
      create function json_or_null(body bytea) returns jsonb language plpgsql immutable strict parallel safe cost 1000
        set search_path = pg_catalog, pg_temp as $$
      begin
        return convert_from(body, 'UTF8')::jsonb;
      exception when data_exception or program_limit_exceeded then
        return null;
      end $$`;

/** Each month of the log has one in its index, also one that was made by hand. */
const MONTHS_OF_THE_LOG = `union all
            select 'request_index' || substr(c.relname, length('webhook_request_logs') + 1), 'request_index',
              pg_get_expr(c.relpartbound, c.oid)
            from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'public.webhook_request_logs'::regclass`;
