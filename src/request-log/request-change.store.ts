// The feed of the log: what was opened and closed, once each, as it becomes visible.
import { changedBy, type Db, rowOf, rowsOf, statement } from '../sql/db';
import type { ChangeKind } from './request-change.entity';

/**
 * How far a reader has come: all that the snapshot `from` sees is behind it; where `to` is set, it is on its way through
 * what `to` sees, and has come to the change `afterId`. Comparing snapshots, and not ids, finds what was committed late.
 * Snapshots are Postgres's own (`pg_snapshot` as text).
 */
export interface FeedPosition {
  from: string;
  to: string | null;
  afterId: string;
}

export interface RequestChange {
  id: string;
  kind: ChangeKind;
  /** Ascending. */
  requestIds: string[];
}

/** The position behind all that is committed by now. */
export async function endOfFeed(db: Db): Promise<FeedPosition> {
  const row = await rowOf<{ now: string }>(db, statement('select pg_current_snapshot()::text as now'));
  return { from: (row as { now: string }).now, to: null, afterId: '0' };
}

/** The position before everything that the feed still holds. */
export const START_OF_FEED: FeedPosition = { from: '3:3:', to: null, afterId: '0' };

/**
 * What a reader at this position has not seen, in the order written, at most `limit` changes (of up to 1,000 requests
 * each), and the position behind them. `more`: ask again at once.
 */
export async function readFeed(
  db: Db,
  position: FeedPosition,
  limit: number,
): Promise<{ changes: RequestChange[]; position: FeedPosition; more: boolean }> {
  const rows = await rowsOf<{ now: string } & (RequestChange | { id: null })>(
    db,
    statement(`with target as (select coalesce($2::pg_snapshot, pg_current_snapshot()) as snapshot)
      select t.snapshot::text as now, c.id, c.kind, c.request_ids as "requestIds"
      from target t left join lateral (
        select id, kind, request_ids from request_changes
        where xid >= pg_snapshot_xmin($1::pg_snapshot)::text::bigint and id > $3::bigint
          and not pg_visible_in_snapshot(xid::text::xid8, $1::pg_snapshot)
          and pg_visible_in_snapshot(xid::text::xid8, t.snapshot)
        order by id limit $4
      ) as c on true order by c.id`),
    [position.from, position.to, position.afterId, limit],
  );
  const now = rows[0]?.now as string;
  const changes = rows.filter((row): row is { now: string } & RequestChange => row.id !== null);
  if (changes.length < limit) return { changes, position: { from: now, to: null, afterId: '0' }, more: false };
  const afterId = changes.at(-1)?.id as string;
  return { changes, position: { from: position.from, to: now, afterId }, more: true };
}

/** Forgets changes older than a time; their rows of the log stay. @returns how many */
export async function pruneFeed(db: Db, before: Date): Promise<number> {
  return changedBy(db, 'delete from request_changes where at < $1', [before]);
}
