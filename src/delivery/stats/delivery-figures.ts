// What statistics of deliveries count.
import type { CountedFeed } from '../../request-log/stats/counting-lag.store';
import type { RollupFields } from '../../request-log/stats/rollup-where';
import type { Figures } from '../../request-log/stats/stats-figures';
import { rowsById, rowsWith, type StatsSource } from '../../request-log/stats/stats-figures.store';
import { DELIVERY_ROLLUPS } from './delivery-change.store';
import { type FinishedOf, finishedRows } from './finished-deliveries.store';

export type DeliveryFigure =
  | 'deliveryCount'
  | 'pending'
  | 'retrying'
  | 'delivered'
  | 'exhausted'
  | 'skipped'
  | 'cancelled'
  | 'attemptCount';
export type DeliveryFigures = Figures<DeliveryFigure>;

export const DELIVERY_STATS: StatsSource<DeliveryFigure> = {
  tables: DELIVERY_ROLLUPS,
  figures: {
    deliveryCount: 'sum(count)::float8',
    pending: rowsWith('PENDING'),
    retrying: rowsWith('RETRYING'),
    delivered: rowsWith('DELIVERED'),
    exhausted: rowsWith('EXHAUSTED'),
    skipped: rowsWith('SKIPPED'),
    cancelled: rowsWith('CANCELLED'),
    attemptCount: 'coalesce(sum(sum), 0)::float8',
  },
  rows: {
    ...rowsById('deliveries'),
    at: 'created_at',
    sum: 'ended_attempts(attempts, open_request_id)',
  },
  histograms: { timeToArrival: { column: 'durations', row: 'arrival_ms(business_event_id, delivered_at)' } },
  open: null,
};

/** The same by the time of the outcome. */
export function finishedStats(of: FinishedOf): StatsSource<DeliveryFigure> {
  return { ...DELIVERY_STATS, rows: { ...DELIVERY_STATS.rows, ...finishedRows(of), at: 'finished_at' } };
}

export const DELIVERY_ROLLUP_FIELDS: RollupFields = {
  all: ['status', 'skipReason'],
  detailed: ['webhook', 'documentType'],
  time: 'createdAt',
};

export const COUNTED_DELIVERIES: CountedFeed = {
  reader: 'deliveries',
  feed: 'delivery_changes',
  changesInSpan: `select coalesce(sum(deliveries), 0)::integer from beyond
    where deliveries > 0 and minute between ms_of_id($1::uuid) / 60000 and (ms_of_id($2::uuid) - 1) / 60000
      and (backfill_before is null or minute >= ms_of_id(backfill_before) / 60000)`,
  leftOutInSpan: `select count(*)::integer from dead_letters l join delivery_changes c on c.id = l.change_id
    where c.minute between ms_of_id($1::uuid) / 60000 and (ms_of_id($2::uuid) - 1) / 60000`,
  table: 'deliveries',
};

/** The share of deliveries that arrived in those that were sent and are finished; null: there are none. */
export function deliveredRate({ delivered, exhausted, cancelled }: DeliveryFigures): number | null {
  const finished = delivered + exhausted + cancelled;
  return finished === 0 ? null : delivered / finished;
}
