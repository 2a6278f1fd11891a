import type { TestDatabase } from '../../support/database';

const COLUMNS = `count(*)::int as "requestCount", count(*) filter (where status = 'SUCCEEDED')::int as succeeded,
  count(*) filter (where status = 'FAILED')::int as failed, count(*) filter (where status = 'UNKNOWN')::int as unknown,
  count(*) filter (where status = 'REFUSED')::int as refused, count(*) filter (where status = 'PENDING')::int as pending,
  count(*) filter (where attempt_number > 1)::int as retries,
  (count(*) filter (where status = 'SUCCEEDED'))::float8 / nullif(count(*) filter (where status <> 'PENDING'), 0) as "successRate",
  json_build_object('count', count(duration_ms), 'p50Ms', percentile_disc(0.5) within group (order by duration_ms),
    'p95Ms', percentile_disc(0.95) within group (order by duration_ms),
    'p99Ms', percentile_disc(0.99) within group (order by duration_ms), 'maxMs', max(duration_ms)) as duration`;

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
