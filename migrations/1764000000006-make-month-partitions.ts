import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One partition per calendar month (UTC), bounded by the ids of its first and last millisecond. The function is the
 * owner's and is run by the serving login, which may create nothing itself; it takes no name from its caller.
 */
export class MakeMonthPartitions1764000000006 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create function first_id_at(at timestamptz) returns uuid language sql immutable strict parallel safe as $$
        select (lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
      $$`);
    await db.query(`
      create function ensure_month_partitions(months_ahead integer) returns integer
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
        return made;
      end $$`);
    await db.query('revoke execute on function ensure_month_partitions(integer) from public');
    await db.query('select ensure_month_partitions(3)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop function ensure_month_partitions(integer)');
    await db.query('drop function first_id_at(timestamptz)');
  }
}
