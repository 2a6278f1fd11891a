// Reads the log itself, newest first, for requests that are older than the feed.
import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import type { FeedReader } from './feed-position.store';

/** A part of the log, as one snapshot sees it. */
export interface Slice {
  /** The snapshot, as in a FeedPosition. */
  snapshot: string;
  open: string[];
  closed: string[];
  /** The smallest id of the slice. The next slice has smaller ids. null: this is the last slice. */
  before: string | null;
}

/** @param limit the number of requests of a slice; the last slice has fewer */
export async function sliceBefore(db: Db, before: string, limit: number): Promise<Slice> {
  const row = await rowOf<{ snapshot: string; open: string[]; closed: string[] }>(
    db,
    statement(`select pg_current_snapshot()::text as snapshot,
        coalesce(array_agg(id order by id) filter (where finished_at is null), '{}') as open,
        coalesce(array_agg(id order by id) filter (where finished_at is not null), '{}') as closed
      from (select id, finished_at from webhook_request_logs where id < $1::uuid order by id desc limit $2) as slice`),
    [before, limit],
  );
  const slice = row as NonNullable<typeof row>;
  const isLast = slice.open.length + slice.closed.length < limit;
  return { ...slice, before: isLast ? null : smallest([slice.open[0], slice.closed[0]]) };
}

/** Closed requests that are not in the index. */
export interface MissingSlice {
  /** Descending. */
  ids: string[];
  /** As in Slice. */
  before: string | null;
}

/** @param limit the number of requests that are examined */
export async function missingBefore(db: Db, before: string, limit: number): Promise<MissingSlice> {
  const row = await rowOf<{ ids: string[]; before: string | null }>(
    db,
    statement(`select coalesce(array_agg(id order by id desc) filter (where is_missing), '{}') as ids,
        case when count(*) = $2::bigint then (array_agg(id order by id))[1] end as before
      from (
        select r.id, r.finished_at is not null and not exists (select from request_index i where i.id = r.id) as is_missing
        from webhook_request_logs r where r.id < $1::uuid order by r.id desc limit $2::bigint
      ) as slice`),
    [before, limit],
  );
  return row as NonNullable<typeof row>;
}

function smallest(ids: readonly (string | undefined)[]): string | null {
  return ids.filter((id) => id !== undefined).sort()[0] ?? null;
}

/** The tables in which the readers of feeds look for older rows. */
const OLDER_ROWS: Record<FeedReader, string> = {
  counts: 'webhook_request_logs',
  index: 'webhook_request_logs',
  deliveries: 'deliveries',
};

/**
 * Estimates the number of rows that each reader has still to count or index. The estimate is the planner's, so no rows
 * are read.
 */
export async function backfillRemaining(db: Db): Promise<Record<FeedReader, number>> {
  const rows = await rowsOf<{ reader: FeedReader; before: string | null }>(
    db,
    statement('select reader, backfill_before as before from feed_positions'),
  );
  const remaining = { counts: 0, index: 0, deliveries: 0 };
  for (const { reader, before } of rows) remaining[reader] = await rowsBefore(db, OLDER_ROWS[reader], before);
  return remaining;
}

const UUID = /^[0-9a-f-]{36}$/;

async function rowsBefore(db: Db, table: string, id: string | null): Promise<number> {
  // EXPLAIN takes no parameters
  if (id === null || !UUID.test(id)) return 0;
  const row = await rowOf<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    db,
    `explain (format json) select from ${table} where id < '${id}'`,
  );
  return row?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
}
