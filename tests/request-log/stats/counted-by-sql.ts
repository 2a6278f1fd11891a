import type { TestDatabase } from '../../support/database';

const percentiles = (
  ms: string,
) => `json_build_object('count', count(${ms}), 'p50Ms', percentile_disc(0.5) within group (order by ${ms}),
    'p95Ms', percentile_disc(0.95) within group (order by ${ms}),
    'p99Ms', percentile_disc(0.99) within group (order by ${ms}), 'maxMs', max(${ms}))`;

const COLUMNS = `count(*)::int as "requestCount", count(*) filter (where status = 'SUCCEEDED')::int as succeeded,
  count(*) filter (where status = 'FAILED')::int as failed, count(*) filter (where status = 'UNKNOWN')::int as unknown,
  count(*) filter (where status = 'REFUSED')::int as refused, count(*) filter (where status = 'PENDING')::int as pending,
  count(*) filter (where attempt_number > 1)::int as retries,
  (count(*) filter (where status = 'SUCCEEDED'))::float8 / nullif(count(*) filter (where status <> 'PENDING'), 0) as "successRate",
  count(*) filter (where status in ('FAILED', 'UNKNOWN', 'REFUSED'))::int as failures,
  ${percentiles('duration_ms')} as duration, ${percentiles('dns_ms')} as dns, ${percentiles('connect_ms')} as connect,
  ${percentiles('tls_ms')} as tls, ${percentiles('first_byte_ms')} as "firstByte"`;

const PERCENTILES = '{ count p50Ms p95Ms p99Ms maxMs }';

/** The fields of the API that these columns are. */
export const FIGURES = `requestCount succeeded failed unknown refused failures pending retries successRate
  duration ${PERCENTILES} dns ${PERCENTILES} connect ${PERCENTILES} tls ${PERCENTILES} firstByte ${PERCENTILES}`;

export interface Range {
  from: string;
  to: string;
}

/** Counted by SQL: rows of the range that meet a condition, in groups. */
export async function countedBySql(database: TestDatabase, { from, to }: Range, condition: string, group = 'null') {
  return database.query<Record<string, unknown> & { key: unknown }>(
    `select ${group} as key, ${COLUMNS} from webhook_request_logs
     where started_at >= $1 and started_at < $2 and ${condition} group by 1 order by 1`,
    [from, to],
  );
}

/** PostgreSQL's name for the bucket of a row, in the time zone `$zone`. */
export const LABELS: Record<string, string> = {
  MINUTE: `floor(extract(epoch from started_at) / 60)`,
  FIVE_MINUTES: `floor(extract(epoch from started_at) / 300)`,
  QUARTER_HOUR: `floor(extract(epoch from started_at) / 900)`,
  // where an hour comes twice, its offset tells the two apart
  HOUR: `(date_trunc('hour', started_at at time zone $zone), (started_at at time zone $zone) - (started_at at time zone 'UTC'))::text`,
  DAY: `date_trunc('day', started_at at time zone $zone)`,
  WEEK: `date_trunc('week', started_at at time zone $zone)`,
  MONTH: `date_trunc('month', started_at at time zone $zone)`,
};
