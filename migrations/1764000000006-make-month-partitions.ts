import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of the record, which never lose a row. */
export const RECORD_TABLES = ['payloads', 'business_events', 'deliveries', 'webhook_request_logs'] as const;

/**
 * One partition per calendar month (UTC), bounded by the ids of its first and last millisecond. The functions are the
 * owner's and are run by the serving login, which may create nothing itself; it can name only what is missing.
 */
export class MakeMonthPartitions1764000000006 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create function first_id_at(at timestamptz) returns uuid language sql immutable strict parallel safe as $$
        select (lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
      $$`);
    await db.query(`create ${missingPartitions(RECORD_TABLES)}`);
    await db.query(MAKE_PARTITION);
    await db.query('revoke execute on function missing_partitions(integer), make_partition(text) from public');
    await db.query('select make_partition(name) from missing_partitions(3)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop function make_partition(text)');
    await db.query('drop function missing_partitions(integer)');
    await db.query('drop function first_id_at(timestamptz)');
  }
}

/** @param more a query for other partitions that must exist */
export function missingPartitions(parents: readonly string[], more = ''): string {
  return `function missing_partitions(months_ahead integer)
        returns table (name text, parent text, bounds text)
        language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
      begin
        if months_ahead is null or months_ahead not between 0 and 24 then
          raise exception 'months_ahead must be 0 to 24, not %', months_ahead;
        end if;
        return query
          with wanted as (
            select format('%s_%s', p.parent, to_char(m.month, 'YYYY_MM')) as name, p.parent,
              format('FOR VALUES FROM (%L) TO (%L)', public.first_id_at(m.month at time zone 'UTC'),
                public.first_id_at((m.month + interval '1 month') at time zone 'UTC')) as bounds
            -- last month too: an id may have been made just before the month turned
            from generate_series(
                date_trunc('month', now() at time zone 'UTC') - interval '1 month',
                date_trunc('month', now() at time zone 'UTC') + make_interval(months => months_ahead),
                interval '1 month') as m (month)
              cross join unnest(array[${parents.map((parent) => `'${parent}'`).join(', ')}]) as p (parent)
            ${more}
          )
          select distinct on (w.name) w.name, w.parent, w.bounds from wanted w
          where to_regclass(format('public.%I', w.name)) is null order by w.name;
      end $$`;
}

/**
 * Made apart and then attached, which reading and writing the other partitions goes on beside: CREATE TABLE ... PARTITION OF
 * would wait for every reader of the parent, as pg_dump is for an hour, and all others behind it. Attaching a table with
 * foreign keys waits for those who write users and webhooks; it gives up after a second, to be tried again.
 */
const MAKE_PARTITION = `
      create function make_partition(missing text) returns boolean
        language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
      declare
        part record;
      begin
        perform pg_advisory_xact_lock(hashtext('hookledger.partitions'));
        select * into part from public.missing_partitions(24) m where m.name = missing;
        if not found then return false; end if;
        perform set_config('lock_timeout', '1s', true);
        execute format('create table public.%I (like public.%I including all) with (%s)', part.name, part.parent,
          case
            -- rows that are closed or settled grow: with room on their page no index has to learn of it
            when part.parent in ('webhook_request_logs', 'deliveries') then 'fillfactor = 60'
            when part.parent = 'request_index' then 'toast_tuple_target = 128'
            else 'fillfactor = 100'
          end);
        -- statement triggers are not inherited: without this the partition could be truncated on its own
        if part.parent <> 'request_index' then
          execute format('create trigger never_truncated before truncate on public.%I
            for each statement execute function public.refuse_change()', part.name);
        end if;
        execute format('alter table public.%I attach partition public.%I %s', part.parent, part.name, part.bounds);
        return true;
      end $$`;
