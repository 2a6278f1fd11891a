// Reads the change feed of the log: each opening and closing once, in the order in which it becomes visible.

import { isLockTimeout } from '../../sql/database-errors';
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import type { ChangeKind } from './request-change.entity';

/**
 * The position of a reader. It has read all changes visible in the snapshot `from`. If `to` is set, it is reading the
 * changes visible in `to`, and has read those up to `afterId`. Because snapshots are compared, not ids, changes that
 * are committed late are found. Snapshots are those of PostgreSQL (`pg_snapshot` as text).
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

/** The position after all changes that are committed now. */
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

// After a snapshot there are few changes, which the index on xid finds: `offset 0` keeps PostgreSQL from scanning all
// older changes in the order of ids. After a change, that scan is right.
const FROM_THE_SNAPSHOT = readingFeed(`select * from (${UNSEEN} offset 0) as unseen`);
const FROM_A_CHANGE = readingFeed(UNSEEN);

/**
 * Reads the next changes after a position, in the order in which they were written, at most `limit` (of up to 1,000
 * requests each), and the position after them. `more`: the caller should read again at once.
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
  // changes committed since `to` come next
  const more = position.to !== null;
  if (changes.length < limit) return { changes, position: { from: now, to: null, afterId: '0' }, more };
  const afterId = changes.at(-1)?.id as string;
  return { changes, position: { from: position.from, to: now, afterId }, more: true };
}

/**
 * Deletes changes older than `before` that all of these readers have read. The log itself is not changed.
 * @returns the number of changes deleted
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
 * Empties the feed and restarts counting and indexing if the database was restored into another cluster, whose
 * transaction ids differ. `locked`: a rebuild is needed, but another session holds a conflicting lock.
 * @param db not a transaction
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
