// The change feed of the log: what opens and closes requests.
import { isLockTimeout } from '../../sql/database-errors';
import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { type AgingTable, deleteOlderThan } from '../../sql/delete-old-rows';
import { DATABASE_RUN } from '../../sql/session';
import { type Change, type FeedPosition, feedOf, type ReadChanges, readChanges } from './read-feed.store';
import type { ChangeKind } from './request-change.entity';

export interface RequestChange extends Change {
  kind: ChangeKind;
  /** Ascending. */
  requestIds: string[];
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

const REQUEST_FEED = feedOf('request_changes', 'kind, request_ids as "requestIds"');

/** Reads the next changes after a position. Each has up to 1,000 requests. */
export function readFeed(db: Db, position: FeedPosition, limit: number): Promise<ReadChanges<RequestChange>> {
  return readChanges(db, REQUEST_FEED, position, limit);
}

const AFTER_RESTART = statement(`with target as (select coalesce($2::pg_snapshot, pg_current_snapshot()) as snapshot),
    earlier as (select coalesce((select id from request_changes where at < $4 order by id desc limit 1), 0) as last)
  select t.snapshot::text as now, ${DATABASE_RUN} as run, c.*
  from target t left join lateral (
    select id, at, kind, request_ids as "requestIds" from request_changes, earlier
    where id > $3::bigint and (id > earlier.last or not pg_visible_in_snapshot(xid::text::xid8, $1::pg_snapshot))
      and pg_visible_in_snapshot(xid::text::xid8, t.snapshot)
    order by id limit $5) as c on true order by c.id`);

/**
 * The changes after a position of another run of the database, and those since `since`: transactions may have got numbers that were
 * visible at the position. @param after the id of the last change that was read so @param to null: all that is committed now
 */
export function readFeedAfterRestart(
  db: Db,
  { from, to }: FeedPosition,
  { since, after, limit }: { since: Date; after: string; limit: number },
): Promise<ReadAfterRestart[]> {
  return rowsOf<ReadAfterRestart>(db, AFTER_RESTART, [from, to, after, since, limit]);
}

/** One row for each change, or one without a change. */
export type ReadAfterRestart = { now: string; run: string } & (RequestChange | { id: null });

const CHANGES: AgingTable = {
  name: 'request_changes',
  time: 'at',
  mayGo: `not exists (select from unnest($4::text[]) as r (seen)
    where not pg_visible_in_snapshot(request_changes.xid::text::xid8, r.seen::pg_snapshot))`,
};

/**
 * Deletes changes older than `before` that all of these readers have read. The log itself is not changed.
 * @returns the number of changes deleted
 */
export async function pruneFeed(
  db: Db,
  before: Date,
  readers: readonly FeedPosition[],
  atOnce?: number,
): Promise<number> {
  return deleteOlderThan(db, CHANGES, before, '0', [readers.map((reader) => reader.from)], atOnce);
}

/**
 * Empties the feeds and restarts counting and indexing if the database was restored into another cluster, whose
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
