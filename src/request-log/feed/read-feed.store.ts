// Reads a change feed: each change once, in the order in which it becomes visible.

import { bindings, type Condition, toSql } from '../../sql/condition';
import { isLockTimeout } from '../../sql/database-errors';
import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { type AgingTable, deleteOlderThan } from '../../sql/delete-old-rows';
import { DATABASE_RUN } from '../../sql/session';
import { idBounds } from '../../values/ids';
import { REQUEST_LOG, type RequestRow } from '../request-log.store';

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

export interface Change {
  id: string;
  at: Date;
}

/** A table of changes with `id`, `xid` and `at`, and the statements that read it. */
export interface Feed {
  fromSnapshot: string;
  fromChange: string;
}

/** @param columns the SELECT list besides `id` and `at` */
export function feedOf(table: string, columns: string): Feed {
  const unseen = `select id, at, ${columns} from ${table}
        where xid >= pg_snapshot_xmin($1::pg_snapshot)::text::bigint and id > $3::bigint
          and not pg_visible_in_snapshot(xid::text::xid8, $1::pg_snapshot)
          and pg_visible_in_snapshot(xid::text::xid8, t.snapshot)`;
  const reading = (
    rows: string,
  ) => `with target as (select coalesce($2::pg_snapshot, pg_current_snapshot()) as snapshot)
      select t.snapshot::text as now, ${DATABASE_RUN} as run, c.*
      from target t left join lateral (${rows} order by id limit $4) as c on true order by c.id`;
  return {
    // After a snapshot there are few changes, which the index on xid finds: `offset 0` keeps PostgreSQL from scanning
    // all older changes in the order of ids. After a change, that scan is right.
    fromSnapshot: reading(`select * from (${unseen} offset 0) as unseen`),
    fromChange: reading(unseen),
  };
}

/** A position in memory. Those that are saved in the database go back with it. */
export interface FeedPositionOfRun extends FeedPosition {
  /** In another run, transactions may have got the numbers of others: see `DATABASE_RUN`. */
  run: string;
}

/** The position after all changes that are committed now, of any feed. */
export async function endOfFeed(db: Db): Promise<FeedPositionOfRun> {
  const sql = statement(`select pg_current_snapshot()::text as from, ${DATABASE_RUN} as run`);
  const row = (await rowOf<Pick<FeedPositionOfRun, 'from' | 'run'>>(db, sql)) as FeedPositionOfRun;
  return { ...row, to: null, afterId: '0' };
}

interface ReadChanges<Row extends Change> {
  changes: Row[];
  /** The position after these changes. */
  position: FeedPosition;
  /** Of the database, as it was read. */
  run: string;
  /** Whether the caller should read again at once. */
  more: boolean;
}

/** Reads the next changes after a position, at most `limit`, in the order in which they were written. */
export async function readChanges<Row extends Change>(
  db: Db,
  feed: Feed,
  position: FeedPosition,
  limit: number,
): Promise<ReadChanges<Row>> {
  const rows = await rowsOf<{ now: string; run: string } & (Row | { id: null })>(
    db,
    statement(position.afterId === '0' ? feed.fromSnapshot : feed.fromChange),
    [position.from, position.to, position.afterId, limit],
  );
  const { now, run } = rows[0] as { now: string; run: string };
  const changes = rows.filter((row): row is { now: string; run: string } & Row => row.id !== null);
  // changes committed since `to` come next
  const more = position.to !== null;
  if (changes.length < limit) return { changes, position: { from: now, to: null, afterId: '0' }, run, more };
  const afterId = changes.at(-1)?.id as string;
  return { changes, position: { from: position.from, to: now, afterId }, run, more: true };
}

// The change feed of the log: what opens and closes requests.

export const CHANGE_KINDS = ['OPENED', 'CLOSED'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];
/** DELIVERIES: deliveries changed otherwise than by an attempt. */
export type FeedKind = ChangeKind | 'DELIVERIES';

export interface RequestChange extends Change {
  kind: FeedKind;
  /** Ascending; of DELIVERIES none. */
  requestIds: string[];
  /** Of DELIVERIES, ascending; otherwise null. */
  deliveryIds: string[] | null;
}

/** Whether a request was opened or closed, or a delivery changed, in the last `ms` milliseconds. */
export async function hasChangedWithin(db: Db, ms: number): Promise<boolean> {
  const row = await rowOf<{ recent: boolean }>(
    db,
    statement(`select at > clock_timestamp() - $1::int * interval '1 millisecond' as recent
      from request_changes order by id desc limit 1`),
    [ms],
  );
  return row?.recent ?? false;
}

const COLUMNS = 'kind, request_ids as "requestIds", delivery_ids as "deliveryIds"';

const REQUEST_FEED = feedOf('request_changes', COLUMNS);

/** Reads the next changes after a position. Each has up to 1,000 requests. */
export function readFeed(db: Db, position: FeedPosition, limit: number): Promise<ReadChanges<RequestChange>> {
  return readChanges(db, REQUEST_FEED, position, limit);
}

const AFTER_RESTART = statement(`with target as (select coalesce($2::pg_snapshot, pg_current_snapshot()) as snapshot),
    earlier as (select coalesce((select id from request_changes where at < $4 order by id desc limit 1), 0) as last)
  select t.snapshot::text as now, ${DATABASE_RUN} as run, c.*
  from target t left join lateral (
    select id, at, ${COLUMNS} from request_changes, earlier
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

// Reads the requests of changes in the feed.

export async function changedRequests(db: Db, ids: readonly string[]): Promise<Map<string, RequestRow>> {
  const rows = await rowsOf<RequestRow>(
    db,
    statement(`select ${REQUEST_LOG.columns} from webhook_request_logs
      where id = any($1::uuid[]) and id between $2 and $3`),
    [ids, ...idBounds(ids)],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Those that meet a condition now. Linked rows are read each time, because they may change. */
export async function requestsMeeting(
  db: Db,
  ids: readonly string[],
  condition: Condition,
): Promise<Map<string, RequestRow>> {
  const { values, bind } = bindings();
  const [smallest, largest] = idBounds(ids);
  const rows = await rowsOf<RequestRow>(
    db,
    `select ${REQUEST_LOG.columns} from webhook_request_logs where id = any(${bind(ids)}::uuid[])
       and id between ${bind(smallest)}::uuid and ${bind(largest)}::uuid and ${toSql(condition, bind)}`,
    values,
  );
  return new Map(rows.map((row) => [row.id, row]));
}
