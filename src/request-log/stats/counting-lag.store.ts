import { type Db, rowOf, statement } from '../../sql/db';
import { firstIdAt } from '../../values/ids';
import type { FeedReader } from '../feed/feed-position.store';

export interface CountedState {
  /** Everything that was committed before this time is counted; null: older rows are still being counted. */
  countedUntil: Date | null;
  /** The number of changes of rows of the span that are not counted yet. */
  uncounted: number;
}

/** What is counted from a feed. */
export interface CountedFeed {
  reader: FeedReader;
  feed: string;
  /** The number of changes of rows in the span from the ids $1 to $2, of `beyond`: changes that are not counted yet. */
  changesInSpan: string;
  /** The number of those that were left out. */
  leftOutInSpan: string;
  /** The table of the rows. */
  table: string;
}

export const COUNTED_REQUESTS: CountedFeed = {
  reader: 'counts',
  feed: 'request_changes',
  changesInSpan: `select count(*)::integer from beyond cross join unnest(request_ids) as request_id
    where request_id >= $1::uuid and request_id < $2::uuid
      and (backfill_before is null or request_id >= backfill_before)`,
  leftOutInSpan: `select count(*)::integer from dead_letters
    where request_id >= $1::uuid and request_id < $2::uuid and kind in ('COUNT_OPENED', 'COUNT_CLOSED')`,
  table: 'webhook_request_logs',
};

/** Maximum number of changes that are examined. Each has up to 1,000 rows. */
const MAX_CHANGES = 1_000;
/** Maximum number of rows older than the feed that are counted. */
const MAX_OLDER = 100_000;

/** Read before the rollups, so that these include everything that is reported as counted. */
export async function countedState(
  db: Db,
  { reader, feed, changesInSpan, leftOutInSpan, table }: CountedFeed,
  span: { from: number; to: number },
): Promise<CountedState> {
  const row = await rowOf<{ countedAt: Date | null; now: Date; behind: boolean; uncounted: number }>(
    db,
    statement(`with beyond as materialized (
        select c.* from feed_positions p join ${feed} c
          on p.reader = '${reader}' and c.xid >= pg_snapshot_xmin(p.from_snapshot::pg_snapshot)::text::bigint
          and not pg_visible_in_snapshot(c.xid::text::xid8, p.from_snapshot::pg_snapshot)
          and (p.to_snapshot is null or c.id > p.after_id
            or not pg_visible_in_snapshot(c.xid::text::xid8, p.to_snapshot::pg_snapshot))
        limit ${MAX_CHANGES}
      )
      select counted_at as "countedAt", statement_timestamp() as now,
        backfill_before is not null or exists (select from beyond) as behind,
        (${changesInSpan}) + (${leftOutInSpan})
        + case when backfill_before is null then 0 else (select count(*)::integer from (
            select from ${table} where id >= $1::uuid and id < least($2::uuid, backfill_before)
            limit ${MAX_OLDER}) as older) end as uncounted
      from feed_positions where reader = '${reader}'`),
    [firstIdAt(span.from), firstIdAt(span.to)],
  );
  const { countedAt, now, behind, uncounted } = row as NonNullable<typeof row>;
  return { countedUntil: behind ? countedAt : now, uncounted };
}
