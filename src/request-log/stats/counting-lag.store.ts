import { firstIdAt } from '../../ids';
import { type Db, rowOf, statement } from '../../sql/db';

export interface CountedState {
  /** Everything that was committed before this time is counted; null: older requests are still being counted. */
  countedUntil: Date | null;
  /** The number of openings and closings of requests that began in the span and are not counted yet. */
  uncounted: number;
}

/** Maximum number of changes that are examined. Each has up to 1,000 requests. */
const MAX_CHANGES = 1_000;
/** Maximum number of requests older than the feed that are counted. */
const MAX_OLDER = 100_000;

/** Read before the rollups, so that these include everything that is reported as counted. */
export async function countedState(db: Db, span: { from: number; to: number }): Promise<CountedState> {
  const row = await rowOf<{ countedAt: Date | null; now: Date; behind: boolean; uncounted: number }>(
    db,
    statement(`with beyond as materialized (
        select c.request_ids from feed_positions p join request_changes c
          on p.reader = 'counts' and c.xid >= pg_snapshot_xmin(p.from_snapshot::pg_snapshot)::text::bigint
          and not pg_visible_in_snapshot(c.xid::text::xid8, p.from_snapshot::pg_snapshot)
          and (p.to_snapshot is null or c.id > p.after_id
            or not pg_visible_in_snapshot(c.xid::text::xid8, p.to_snapshot::pg_snapshot))
        limit ${MAX_CHANGES}
      )
      select counted_at as "countedAt", statement_timestamp() as now,
        backfill_before is not null or exists (select from beyond) as behind,
        (select count(*)::integer from beyond cross join unnest(request_ids) as id
          where id >= $1::uuid and id < $2::uuid and (backfill_before is null or id >= backfill_before))
        + case when backfill_before is null then 0 else (select count(*)::integer from (
            select from webhook_request_logs where id >= $1::uuid and id < least($2::uuid, backfill_before)
            limit ${MAX_OLDER}) as older) end as uncounted
      from feed_positions where reader = 'counts'`),
    [firstIdAt(span.from), firstIdAt(span.to)],
  );
  const { countedAt, now, behind, uncounted } = row as NonNullable<typeof row>;
  return { countedUntil: behind ? countedAt : now, uncounted };
}
