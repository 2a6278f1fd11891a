// The saved positions of the readers of the feed.
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { DATABASE_RUN } from '../../sql/session';
import type { FeedPosition } from './read-feed.store';

/** Statistics of requests, search, and statistics of deliveries. */
export type FeedReader = 'counts' | 'index' | 'deliveries';
/** What a reader may leave out: see feed-dead-letters.store.ts. */
export const FOLLOWED_KINDS = ['INDEX', 'COUNT_OPENED', 'COUNT_CLOSED', 'COUNT_DELIVERIES'] as const;
export type FollowedKind = (typeof FOLLOWED_KINDS)[number];

/** What a reader continues from. */
export interface SavedPosition {
  feed: FeedPosition;
  /** Rows with smaller ids are not processed yet, whatever the feed says of them; null: all are. */
  backfillBefore: string | null;
}

// Whether another cluster wrote the position. It must not be overwritten then: rebuild_change_feed() recognises a
// restored database by it.
const POSITION = `from_snapshot as "from", to_snapshot as "to", after_id::text as "afterId",
      backfill_before as "backfillBefore", clock_timestamp() as now, pg_snapshot_xmax(from_snapshot::pg_snapshot)::text::bigint
        > pg_snapshot_xmax(pg_current_snapshot())::text::bigint as "isForeign"`;

type PositionRow = FeedPosition & Pick<SavedPosition, 'backfillBefore'> & { now: Date; isForeign: boolean };

/** Where these readers have come to: what is behind all of them may be forgotten. */
export async function positionsOf(db: Db, readers: readonly FeedReader[]): Promise<FeedPosition[]> {
  return rowsOf<FeedPosition>(
    db,
    statement(`select from_snapshot as "from", to_snapshot as "to", after_id as "afterId" from feed_positions
      where reader = any($1::text[])`),
    [readers],
  );
}

/** The tables of changes that the readers read. */
const FEEDS: Record<FeedReader, string> = {
  counts: 'request_changes',
  index: 'request_changes',
  deliveries: 'delivery_changes',
};

/**
 * Whether a step of this reader would find anything: changes after its position, rows older than the feed, or a
 * restored database. Locks and writes nothing, so that a reader that asks this first costs an idle database little.
 */
export async function hasUnread(db: Db, reader: FeedReader): Promise<boolean> {
  const row = await rowOf<{ unread: boolean }>(
    db,
    statement(`select p."to" is not null or p."backfillBefore" is not null or p."isForeign" or exists (
        select from ${FEEDS[reader]} c where c.xid >= pg_snapshot_xmin(p."from"::pg_snapshot)::text::bigint
          and not pg_visible_in_snapshot(c.xid::text::xid8, p."from"::pg_snapshot)) as unread
      from (select ${POSITION} from feed_positions where reader = $1 offset 0) as p`),
    [reader],
  );
  return row?.unread ?? true;
}

/** The age in seconds of the oldest change that this reader has not read; 0: it has read all. */
export async function behindSeconds(db: Db, reader: FeedReader): Promise<number> {
  const row = await rowOf<{ seconds: number }>(
    db,
    statement(`select greatest(0, extract(epoch from clock_timestamp() - c.at))::float8 as seconds
      from feed_positions p cross join lateral (
        select c.at from ${FEEDS[reader]} c where c.xid >= pg_snapshot_xmin(p.from_snapshot::pg_snapshot)::text::bigint
          and not pg_visible_in_snapshot(c.xid::text::xid8, p.from_snapshot::pg_snapshot)
          and (p.to_snapshot is null or c.id > p.after_id
            or not pg_visible_in_snapshot(c.xid::text::xid8, p.to_snapshot::pg_snapshot))
        order by c.xid limit 1
      ) as c where p.reader = $1`),
    [reader],
  );
  return row?.seconds ?? 0;
}

/** @returns null: the database was restored, and its feed is to be rebuilt first */
export async function readPosition(db: Db, reader: FeedReader): Promise<SavedPosition | null> {
  const sql = statement(`select ${POSITION} from feed_positions where reader = $1`);
  const row = await rowOf<PositionRow>(db, sql, [reader]);
  if (!row) throw new Error(`feed_positions has no row for ${reader}`);
  return row.isForeign ? null : savedPosition(row);
}

/**
 * Holds the position until the transaction ends.
 * @returns null: another process holds it, or the database was restored and its feed is to be rebuilt first
 */
export async function lockPosition(db: Db, reader: FeedReader): Promise<(SavedPosition & { now: Date }) | null> {
  const sql = statement(`select ${POSITION} from feed_positions where reader = $1 for update skip locked`);
  const row = await rowOf<PositionRow>(db, sql, [reader]);
  // foreign also, once, where another process saved it after this statement had begun
  return row && !row.isForeign ? { ...savedPosition(row), now: row.now } : null;
}

/** The same, but waits for another process that holds it. */
export async function waitForPosition(db: Db, reader: FeedReader): Promise<void> {
  await rowOf(db, statement('select from feed_positions where reader = $1 for update'), [reader]);
}

function savedPosition({ from, to, afterId, backfillBefore }: PositionRow): SavedPosition {
  return { feed: { from, to, afterId }, backfillBefore };
}

/** @param countedAt everything that was committed by then is counted; null: does not change it */
export async function savePosition(
  db: Db,
  reader: FeedReader,
  { feed, backfillBefore }: SavedPosition,
  countedAt: Date | null = null,
): Promise<void> {
  await changedBy(
    db,
    statement(`update feed_positions set from_snapshot = $2, to_snapshot = $3, after_id = $4::bigint,
      backfill_before = $5::uuid, counted_at = coalesce($6, counted_at) where reader = $1`),
    [reader, feed.from, feed.to, feed.afterId, backfillBefore, countedAt],
  );
}

// Finds the position in the feed from which a client resumes.

/** The run of the database, and the time of a change; null if the feed does not have it. */
export async function timeOfChange(db: Db, id: string): Promise<{ run: string; at: Date | null }> {
  const sql = `select ${DATABASE_RUN} as run, (select at from request_changes where id = $1::bigint) as at`;
  return (await rowOf<{ run: string; at: Date | null }>(db, statement(sql), [id])) as { run: string; at: Date | null };
}

/** The id of the last change that was written before a time; '0': there is none. */
export async function lastChangeBefore(db: Db, time: Date): Promise<string> {
  const sql = 'select id::text from request_changes where at < $1 order by id desc limit 1';
  return (await rowOf<{ id: string }>(db, statement(sql), [time]))?.id ?? '0';
}

// The least number of a transaction that wrote to the feed after the change `before`, or that is in progress.
const OLDEST_WRITER = `least(
          (select min(c.xid) from request_changes c, before where c.id > before.id),
          pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        )`;
const BEFORE =
  'before as (select coalesce((select id from request_changes where at < $1 order by id desc limit 1), 0) as id)';

/** The oldest transaction that wrote to the feed since a time, or that is in progress. */
export async function oldestWriterSince(db: Db, since: Date): Promise<Pick<RequestInFeed, 'xid' | 'run'>> {
  const sql = statement(`with ${BEFORE} select ${OLDEST_WRITER} as xid, ${DATABASE_RUN} as run`);
  return (await rowOf<Pick<RequestInFeed, 'xid' | 'run'>>(db, sql, [since])) as Pick<RequestInFeed, 'xid' | 'run'>;
}

/** The time of the first change of a request, and the oldest transaction that wrote to the feed since `since`. */
export interface RequestInFeed {
  at: Date;
  xid: string;
  run: string;
}

/**
 * Returns null if the feed has no change of the request since `since`. Transactions in progress count as well. The scan
 * begins with the newest changes, so an older request costs more.
 */
export async function findRequestInFeed(db: Db, requestId: string, since: Date): Promise<RequestInFeed | null> {
  return rowOf<RequestInFeed>(
    db,
    statement(`with ${BEFORE}, own as (
        select c.at from request_changes c, before where c.id > before.id and $2::uuid = any(c.request_ids)
        order by c.id limit 1
      )
      select own.at, ${DATABASE_RUN} as run, ${OLDEST_WRITER} as xid from own`),
    [since, requestId],
  );
}
