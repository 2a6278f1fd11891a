// Reads what statistics of deliveries count: the changes of their states, and deliveries older than these changes.
import { type Change, type FeedPosition, feedOf } from '../../request-log/feed/read-feed.store';
import type { RollupTables } from '../../request-log/stats/rollups.store';
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import type { DeliveryStatus, SkipReason } from '../delivery.entity';

export const DELIVERY_ROLLUPS: RollupTables = {
  series: 'delivery_stats_series',
  rollups: 'delivery_stats',
  count: 'deliveries',
  sum: 'attempts',
  histograms: ['durations'],
  dimensions: [
    { column: 'webhook_id', type: 'uuid', detailedOnly: true },
    { column: 'document_type', type: 'text', detailedOnly: true },
    { column: 'status', type: 'text', detailedOnly: false },
    { column: 'skip_reason', type: 'text', detailedOnly: false },
  ],
};

/** Deliveries of one minute in the same state. */
export interface DeliveryGroup {
  /** Minutes since 1970. */
  minute: number;
  webhookId: string;
  documentType: string;
  status: DeliveryStatus;
  skipReason: SkipReason | null;
  deliveries: number;
  /** Attempts of these deliveries that have ended. */
  attempts: number;
  /** Milliseconds from event to arrival, separated by commas; null: none has arrived. */
  arrivals: string | null;
}

/** Deliveries that came to a state; with negative numbers, that left it. */
export interface DeliveryChange extends Change, DeliveryGroup {}

const CHANGE_COLUMNS = `minute, webhook_id as "webhookId", document_type as "documentType", status, skip_reason as "skipReason",
    deliveries, attempts, arrivals`;

export const DELIVERY_FEED = feedOf('delivery_changes', CHANGE_COLUMNS);

/**
 * Deletes the changes that a reader has counted. A transaction that is open anywhere in the cluster keeps the snapshot's
 * xmin, and a reader that finds nothing does not move on, so each change is compared with the whole snapshot.
 */
export async function deleteReadChanges(db: Db, { from }: FeedPosition): Promise<void> {
  await changedBy(
    db,
    statement(`delete from delivery_changes where xid < pg_snapshot_xmax($1::pg_snapshot)::text::bigint
      and pg_visible_in_snapshot(xid::text::xid8, $1::pg_snapshot)
      and not exists (select from dead_letters l where l.change_id = delivery_changes.id)`),
    [from],
  );
}

/** @returns without those that are gone, as after a restore */
export async function takeChanges(db: Db, ids: readonly string[]): Promise<DeliveryChange[]> {
  return rowsOf<DeliveryChange>(
    db,
    statement(`with taken as (delete from delivery_changes where id = any($1::bigint[]) returning *)
      select id, at, ${CHANGE_COLUMNS} from taken`),
    [ids],
  );
}

/** Deliveries of whole minutes, as one snapshot sees them. */
export interface DeliverySlice {
  /** The snapshot, as in a FeedPosition. */
  snapshot: string;
  groups: DeliveryGroup[];
  /** The first id of the oldest minute. The next slice has smaller ids. null: this is the last slice. */
  before: string | null;
}

const EDGE = `edge as materialized (
        select first_id_at(to_timestamp((ms_of_id(id) / 60000) * 60)) as id
        from deliveries where id < $1::uuid order by deliveries.id desc offset $2 limit 1
      )`;
const IN_SLICE = `id < $1::uuid and id >= coalesce((select id from edge), '00000000-0000-0000-0000-000000000000')`;

/** @param limit the slice ends with the minute in which this number of deliveries is exceeded */
export async function deliveriesBefore(db: Db, before: string, limit: number): Promise<DeliverySlice> {
  const row = await rowOf<DeliverySlice>(
    db,
    // `id` alone would be the computed one: all older deliveries would be read and sorted for it
    statement(`with ${EDGE}, groups as (
        select ms_of_id(id) / 60000 as minute, webhook_id as "webhookId", document_type as "documentType", status,
          skip_reason as "skipReason", count(*) as deliveries, sum(ended_attempts(attempts, open_request_id)) as attempts,
          string_agg(arrival_ms(business_event_id, delivered_at)::text, ',') as arrivals
        from deliveries where ${IN_SLICE} group by 1, 2, 3, 4, 5
      )
      select pg_current_snapshot()::text as snapshot, (select id from edge) as before,
        coalesce((select json_agg(groups) from groups), '[]') as groups`),
    [before, limit],
  );
  return row as DeliverySlice;
}

/**
 * The same, but the deliveries go into the feed, each as a change. Their transaction id is the first that the snapshot does not see, so that
 * they are read after it. This transaction's own may be one that it sees: a snapshot does not name the transaction that takes it.
 */
export async function deliveriesIntoFeed(db: Db, before: string, limit: number): Promise<DeliverySlice> {
  const row = await rowOf<DeliverySlice>(
    db,
    statement(`with ${EDGE}, made as (
        insert into delivery_changes (xid, minute, webhook_id, document_type, status, skip_reason, deliveries, attempts, arrivals)
          select pg_snapshot_xmax(pg_current_snapshot())::text::bigint, ms_of_id(id) / 60000, webhook_id, document_type, status,
            skip_reason, 1, ended_attempts(attempts, open_request_id), arrival_ms(business_event_id, delivered_at)::text
          from deliveries where ${IN_SLICE}
      )
      select pg_current_snapshot()::text as snapshot, (select id from edge) as before, '[]'::json as groups`),
    [before, limit],
  );
  return row as DeliverySlice;
}
