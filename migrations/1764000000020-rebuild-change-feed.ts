import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A dump that is restored into another cluster brings transaction numbers from the old one, which mean nothing in the new:
 * readers of the feed would pass over new changes, or take old ones for new. This notices it, and lets the feed, the counts
 * and the index begin anew. It holds its locks for a moment, however large the log is: what is there already is counted and
 * indexed afterwards, step by step (`backfill_before`).
 */
export class RebuildChangeFeed1764000000020 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    // One statement, so one snapshot: each position that it sees was saved by a transaction that ended before it was taken.
    // A snapshot that is older than the rows compared with it takes any busy database for a restored one.
    await db.query(`
      create function has_foreign_positions() returns boolean language sql volatile security definer
        set search_path = pg_catalog, public, pg_temp as $$
        select exists (
          select from (select from_snapshot from public.request_stats_position
                       union all select from_snapshot from public.request_index_position) as positions
          where pg_snapshot_xmax(from_snapshot::pg_snapshot)::text::bigint > next.xid
        ) or exists (select from public.request_changes where request_changes.xid > next.xid)
        from (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xid) as next
      $$`);
    await db.query(`
      create function rebuild_change_feed() returns boolean language plpgsql security definer
        set search_path = pg_catalog, public, pg_temp as $$
      begin
        if not public.has_foreign_positions() then return false; end if;
        -- others wait behind this one: rather not now than for long
        perform set_config('lock_timeout', '1s', true);
        -- not while another process counts or indexes; it may also have found this, and rebuilt the feed already
        perform pg_advisory_xact_lock(hashtext('hookledger.request_index'));
        perform from public.request_stats_position for update;
        if not public.has_foreign_positions() then return false; end if;
        -- Waits for the transactions that have opened or closed requests: the log has what they did. Those that are about to do
        -- wait for this one, and what they do is in the feed.
        truncate public.request_changes, public.request_stats, public.request_stats_open;
        update public.request_stats_position set from_snapshot = pg_current_snapshot()::text, to_snapshot = null, after_id = 0,
          counted_at = null, backfill_before = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
        update public.request_index_position set from_snapshot = pg_current_snapshot()::text, to_snapshot = null, after_id = 0,
          backfill_before = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
        return true;
      end $$`);
    await db.query('revoke execute on function has_foreign_positions(), rebuild_change_feed() from public');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop function rebuild_change_feed()');
    await db.query('drop function has_foreign_positions()');
  }
}
