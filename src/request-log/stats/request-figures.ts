// What statistics of requests count.
import { REQUEST_ROLLUPS } from './request-stats.store';
import { type Answer, percentilesByField } from './stats-answer';
import type { Figures } from './stats-figures';
import { rowsById, rowsWith, type StatsSource } from './stats-source.store';

export type RequestFigure = 'requestCount' | 'succeeded' | 'failed' | 'unknown' | 'refused' | 'pending' | 'retries';
export type RequestFigures = Figures<RequestFigure>;

export const REQUEST_STATS: StatsSource<RequestFigure> = {
  tables: REQUEST_ROLLUPS,
  figures: {
    requestCount: 'sum(count)::float8',
    succeeded: rowsWith('SUCCEEDED'),
    failed: rowsWith('FAILED'),
    unknown: rowsWith('UNKNOWN'),
    refused: rowsWith('REFUSED'),
    pending: rowsWith('PENDING'),
    retries: 'coalesce(sum(sum), 0)::float8',
  },
  rows: {
    ...rowsById('webhook_request_logs'),
    at: 'started_at',
    sum: '(attempt_number > 1)::integer',
  },
  histograms: {
    duration: { column: 'durations', row: 'duration_ms' },
    dns: { column: 'dns_times', row: 'dns_ms' },
    connect: { column: 'connect_times', row: 'connect_ms' },
    tls: { column: 'tls_times', row: 'tls_ms' },
    firstByte: { column: 'first_byte_times', row: 'first_byte_ms' },
  },
  open: `select *, started_at as at, (attempt_number > 1)::integer as sum, 'PENDING' as status, null::text as error_code
    from request_stats_open`,
};

/** The share of successes in finished requests; null if none has finished. */
function successRate({ requestCount, pending, succeeded }: RequestFigures): number | null {
  return requestCount === pending ? null : succeeded / (requestCount - pending);
}

export function failuresIn({ failed, unknown, refused }: RequestFigures): number {
  return failed + unknown + refused;
}

/** The figures as the API has them. */
export function shownFigures(answer: Answer<RequestFigure>) {
  const { figures, start, end } = answer;
  const rates = { failures: failuresIn(figures), successRate: successRate(figures) };
  return { ...figures, ...rates, ...percentilesByField(REQUEST_STATS, answer), start, end };
}
