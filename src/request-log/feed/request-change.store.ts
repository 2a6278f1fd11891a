// The feed of the log: what was opened and closed, once each, as it becomes visible.
import { changedBy, type Db, isLockTimeout, rowOf, rowsOf, statement } from '../../sql/db';
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
  at: Date;
}

/** Whether a request was opened or closed in the last `ms` milliseconds. */
export async function hasChangedWithin(db: Db, ms: number): Promise<boolean> {
  const row = await rowOf<{ recent: boolean }>(
    db,
    statement(`select at > clock_timestamp() - $1::int * interval '1 millisecond' as recent
      from request_changes order by id desc limit 1`),
    [ms],
  );
  return row?.recent ?? false;
}

/** The position behind all that is committed by now. */
export async function endOfFeed(db: Db): Promise<FeedPosition> {
  const row = await rowOf<{ now: string }>(db, statement('select pg_current_snapshot()::text as now'));
  return { from: (row as { now: string }).now, to: null, afterId: '0' };
}

const UNSEEN = `select id, kind, request_ids, at from request_changes
        where xid >= pg_snapshot_xmin($1::pg_snapshot)::text::bigint and id > $3::bigint
          and not pg_visible_in_snapshot(xid::text::xid8, $1::pg_snapshot)
          and pg_visible_in_snapshot(xid::text::xid8, t.snapshot)`;

const readingFeed = (
  unseen: string,
) => `with target as (select coalesce($2::pg_snapshot, pg_current_snapshot()) as snapshot)
      select t.snapshot::text as now, c.id, c.kind, c.request_ids as "requestIds", c.at
      from target t left join lateral (${unseen} order by id limit $4) as c on true order by c.id`;

// Behind a snapshot there is little, and the index on xid finds it: `offset 0` keeps Postgres from walking over all that
// is older, in the order of ids. Behind a change, walking on is right.
const FROM_THE_SNAPSHOT = readingFeed(`select * from (${UNSEEN} offset 0) as unseen`);
const FROM_A_CHANGE = readingFeed(UNSEEN);

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
    statement(position.afterId === '0' ? FROM_THE_SNAPSHOT : FROM_A_CHANGE),
    [position.from, position.to, position.afterId, limit],
  );
  const now = rows[0]?.now as string;
  const changes = rows.filter((row): row is { now: string } & RequestChange => row.id !== null);
  // what was committed since `to` comes next
  const more = position.to !== null;
  if (changes.length < limit) return { changes, position: { from: now, to: null, afterId: '0' }, more };
  const afterId = changes.at(-1)?.id as string;
  return { changes, position: { from: position.from, to: now, afterId }, more: true };
}

/**
 * Forgets changes older than a time that are behind each of these readers; their rows of the log stay. @returns how many
 */
export async function pruneFeed(db: Db, before: Date, readers: readonly FeedPosition[]): Promise<number> {
  return changedBy(
    db,
    statement(`delete from request_changes c where c.at < $1 and not exists (
      select from unnest($2::text[]) as r (seen)
      where not pg_visible_in_snapshot(c.xid::text::xid8, r.seen::pg_snapshot))`),
    [before, readers.map((reader) => reader.from)],
  );
}

/**
 * After a dump was restored into another cluster, whose transactions have other numbers: empties the feed, and lets the
 * counts and the index begin anew. `locked`: that is needed, and another session holds a lock that is in the way.
 * @param db no transaction
 */
export async function rebuildChangeFeed(db: Db): Promise<'current' | 'rebuilt' | 'locked'> {
  try {
    const row = await rowOf<{ rebuilt: boolean }>(db, 'select rebuild_change_feed() as rebuilt');
    return row?.rebuilt ? 'rebuilt' : 'current';
  } catch (error) {
    if (isLockTimeout(error)) return 'locked';
    throw error;
  }
}
