import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A dump that is restored into another cluster brings transaction numbers from the old one, which mean nothing in the new:
 * readers of the feed would pass over new changes, or take old ones for new. This notices it, and lets the counts and the
 * index begin anew from the log itself.
 */
export class BeginFeedAnew1764000000020 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create function begin_feed_anew_after_restore() returns boolean language plpgsql security definer
        set search_path = pg_catalog, public, pg_temp as $$
      declare
        next bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
      begin
        -- not while somebody counts or indexes
        perform pg_advisory_xact_lock(hashtext('hookledger.request_index'));
        perform from public.request_stats_position for update;
        if not exists (
          select from (select from_snapshot from public.request_stats_position
                       union all select from_snapshot from public.request_index_position) as positions
          where pg_snapshot_xmax(from_snapshot::pg_snapshot)::text::bigint > next
        ) and not exists (select from public.request_changes where xid > next) then
          return false;
        end if;
        -- nothing is opened or closed in between
        lock table public.webhook_request_logs in share row exclusive mode;
        delete from public.request_changes;
        delete from public.request_stats;
        delete from public.request_stats_open;
        update public.request_stats_position
          set from_snapshot = '3:3:', to_snapshot = null, after_id = 0, counted_at = null;
        update public.request_index_position set from_snapshot = '3:3:', to_snapshot = null, after_id = 0;
        insert into public.request_changes (xid, kind, request_ids)
          select pg_current_xact_id()::text::bigint,
            case when finished_at is null then 'OPENED' else 'CLOSED' end, array_agg(id order by id)
          from (select id, finished_at, (row_number() over (order by id) - 1) / 1000 as piece
                from public.webhook_request_logs) as numbered
          group by piece, finished_at is null order by piece;
        return true;
      end $$`);
    await db.query('revoke execute on function begin_feed_anew_after_restore() from public');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop function begin_feed_anew_after_restore()');
  }
}
