// What statistics of requests count.
import { REQUEST_ROLLUPS } from './request-stats.store';
import type { Answer } from './stats-answer';
import type { Figures } from './stats-figures';
import { rowsWith, type StatsSource } from './stats-figures.store';

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
    table: 'webhook_request_logs',
    at: 'started_at',
    sum: '(attempt_number > 1)::integer',
    duration: 'duration_ms',
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
export function shownFigures({ figures, percentiles }: Answer<RequestFigure>) {
  return { ...figures, successRate: successRate(figures), duration: percentiles };
}
