// Thirty days by the hour, of the counts that the application keeps.
import { firstIdAt, toNodeId } from '../../../src/ids';
import type { Database } from '../database';
import { type Answered, measureLatencies, type Question } from '../latency';
import type { Target } from '../load';

const DAY_MS = 86_400_000;
const DAYS = 30;
const RANGES = 50;

const BY_HOUR = `
  uncounted total { requestCount succeeded failed retries successRate duration { p50Ms p95Ms p99Ms } }
  buckets { start requestCount succeeded failed successRate duration { p95Ms } }`;

type Stats = {
  webhookRequestLogStats: { uncounted: number; total: { requestCount: number }; buckets: { requestCount: number }[] };
};

/** Of all, of a busy webhook, and the page with what fails most. */
export async function measureStats(database: Database, target: Target, seconds: number): Promise<Answered[]> {
  const ranges = rangesWithin(database.until);
  const webhookIds = await busyWebhooks(database);
  const [first] = ranges as [Range];
  const { rows } = await database.sql.query<{ n: number }>(
    'select count(*)::int as n from webhook_request_logs where id >= $1 and id < $2',
    [firstIdAt(Date.parse(first.from)), firstIdAt(Date.parse(first.to))],
  );
  const check = ({ webhookRequestLogStats: stats }: Stats, { from }: Partial<Range>, exact?: number) => {
    const sum = stats.buckets.reduce((total, each) => total + each.requestCount, 0);
    if (stats.uncounted !== 0) throw new Error(`${stats.uncounted} requests are not counted yet`);
    if (stats.buckets.length < DAYS * 24 || sum !== stats.total.requestCount || sum === 0) {
      throw new Error(`${stats.buckets.length} hours with ${sum} requests, of ${stats.total.requestCount} in all`);
    }
    if (exact !== undefined && from === first.from && sum !== exact)
      throw new Error(`${sum} requests instead of ${exact}`);
  };
  const questions: Question[] = [
    {
      name: 'stats of 30 days by hour',
      query: `query ($from: DateTime!, $to: DateTime!) {
        webhookRequestLogStats(range: { from: $from, to: $to }, bucket: HOUR) { ${BY_HOUR} } }`,
      variables: ranges,
      check: (data: Stats, range) => check(data, range, rows[0]?.n),
    },
    {
      name: 'the same of one webhook',
      query: `query ($from: DateTime!, $to: DateTime!, $id: ID!) {
        webhookRequestLogStats(range: { from: $from, to: $to }, bucket: HOUR, where: { webhook: { id: { eq: $id } } }) { ${BY_HOUR} } }`,
      variables: ranges.map((range, index) => ({ ...range, id: webhookIds[index % webhookIds.length] })),
      check: (data: Stats) => check(data, {}),
    },
    {
      name: 'the same with what fails most',
      query: `query ($from: DateTime!, $to: DateTime!) {
        webhookRequestLogStats(range: { from: $from, to: $to }, bucket: HOUR) { ${BY_HOUR}
          failing: figures(by: WEBHOOK, rankBy: FAILURES, first: 5) { failures webhook { name } latestFailure { id error } }
          codes: figures(by: ERROR_CODE) { errorCode requestCount } } }`,
      variables: ranges,
      check: (data: Stats) => check(data, {}),
    },
  ];
  return measureLatencies(target, questions, seconds);
}

interface Range {
  from: string;
  to: string;
}

// ends at full hours, and not
function rangesWithin(until: number): Range[] {
  return Array.from({ length: RANGES }, (_, index) => {
    const to = until - Math.floor(((index * 0.618_033_988) % 1) * 59 * DAY_MS) - (index % 2) * 1_234_567;
    return { from: new Date(to - DAYS * DAY_MS).toISOString(), to: new Date(to).toISOString() };
  });
}

async function busyWebhooks({ sql, until }: Database): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select webhook_id as id from webhook_request_logs where id >= $1 group by 1 order by count(*) desc limit 20`,
    [firstIdAt(until - 3 * DAY_MS)],
  );
  return rows.map(({ id }) => toNodeId('Webhook', id));
}
