import type { MigrationInterface, QueryRunner } from 'typeorm';

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
        constraint request_index_position_pkey primary key (the_only),
        constraint request_index_position_only_check check (the_only)
      )`);
    // before everything that the feed holds: all that there is
    await db.query(`insert into request_index_position (from_snapshot, after_id) values ('3:3:', 0)`);
    await db.query(JSON_OR_NULL);
    await db.query(MAKE_INDEX_PARTITIONS);
    await db.query('revoke execute on function make_index_partitions() from public');
    await db.query(ensureMonthPartitions('perform public.make_index_partitions();'));
    await db.query('select make_index_partitions()');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(ensureMonthPartitions(''));
    await db.query('drop function make_index_partitions()');
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

/** Each month of the log has one in its index, whoever made the log's. */
const MAKE_INDEX_PARTITIONS = `
      create function make_index_partitions() returns integer language plpgsql security definer
        set search_path = pg_catalog, public, pg_temp as $$
      declare
        month record;
        made integer := 0;
      begin
        perform pg_advisory_xact_lock(hashtext('hookledger.partitions'));
        for month in
          select 'request_index' || substr(c.relname, length('webhook_request_logs') + 1) as name,
            pg_get_expr(c.relpartbound, c.oid) as bounds
          from pg_inherits i join pg_class c on c.oid = i.inhrelid
          where i.inhparent = 'public.webhook_request_logs'::regclass
        loop
          continue when to_regclass(format('public.%I', month.name)) is not null;
          execute format('create table public.%I partition of public.request_index %s with (toast_tuple_target = 128)',
            month.name, month.bounds);
          made := made + 1;
        end loop;
        return made;
      end $$`;

/** As MakeMonthPartitions has it, and something more at its end. */
function ensureMonthPartitions(more: string): string {
  return `
      create or replace function ensure_month_partitions(months_ahead integer) returns integer
        language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
      declare
        parent text;
        month timestamp;
        name text;
        made integer := 0;
      begin
        if months_ahead is null or months_ahead not between 0 and 24 then
          raise exception 'months_ahead must be 0 to 24, not %', months_ahead;
        end if;
        perform pg_advisory_xact_lock(hashtext('hookledger.partitions'));
        -- last month too: an id may have been made just before the month turned
        for month in
          select generate_series(
            date_trunc('month', now() at time zone 'UTC') - interval '1 month',
            date_trunc('month', now() at time zone 'UTC') + make_interval(months => months_ahead),
            interval '1 month')
        loop
          foreach parent in array array['payloads', 'business_events', 'deliveries', 'webhook_request_logs'] loop
            name := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
            continue when to_regclass('public.' || name) is not null;
            -- rows that are closed or settled grow: with room on their page no index has to learn of it
            execute format('create table public.%I partition of public.%I for values from (%L) to (%L)
              with (fillfactor = %s)', name, parent,
              public.first_id_at(month at time zone 'UTC'),
              public.first_id_at((month + interval '1 month') at time zone 'UTC'),
              case when parent in ('webhook_request_logs', 'deliveries') then 60 else 100 end);
            -- statement triggers are not inherited: without this the partition could be truncated on its own
            execute format('create trigger never_truncated before truncate on public.%I
              for each statement execute function public.refuse_change()', name);
            made := made + 1;
          end loop;
        end loop;
        ${more}
        return made;
      end $$`;
}
