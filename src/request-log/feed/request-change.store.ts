// The change feed of the log: what opens and closes requests.
import { isLockTimeout } from '../../sql/database-errors';
import { type Db, rowOf, statement } from '../../sql/db';
import { type AgingTable, deleteOlderThan } from '../../sql/delete-old-rows';
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
