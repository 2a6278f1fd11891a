// What deliveryStats answers, held against a count of the rows by SQL.
import { graphql } from 'graphql';
import { createDataSource } from '../../../src/database/data-source';
import { countDeliveriesStep } from '../../../src/delivery/stats/count-deliveries';
import { deliveriesBefore } from '../../../src/delivery/stats/delivery-change.store';
import { DELIVERY_ROLLUP_FIELDS } from '../../../src/delivery/stats/delivery-figures';
import type { Context } from '../../../src/graphql/context';
import { createLog } from '../../../src/logging/log';
import { rollupWhere } from '../../../src/request-log/stats/rollup-where';
import { createSchema } from '../../../src/server/schema/schema';
import { firstIdAt, toNodeId } from '../../../src/values/ids';
import { makeMonths, startCounter } from '../../request-log/stats/counted-log';
import { useTestApp } from '../../support/app';
import { deliveriesBySql, FIGURES, makeWebhooks, seedDeliveries } from './counted-deliveries';
import { type Read, type RecordedStatement, readBy, recordStatements } from './recorded-statements';

const [FROM, TO] = ['2024-03-01T00:00:00.000Z', '2024-03-31T00:00:00.000Z'];
const COUNT = 20_000;
const SLICE = 100;

const app = useTestApp({ PROCESSES: 'api' });
let webhookIds: string[];
/** The times of two deliveries. */
let early: string;
let late: string;

beforeAll(async () => {
  await makeMonths(app.database, '2024-03-01', '2024-04-01', 'deliveries');
  webhookIds = await makeWebhooks(app, 4);
  await seedDeliveries(app.database, { count: COUNT, from: FROM, to: TO, webhookIds });
  const counter = await startCounter(app.database, (db) => countDeliveriesStep(db));
  await counter.countAll();
  await counter.stop();
  await app.database.query('analyze delivery_stats, delivery_stats_series, deliveries');
  const times = await app.database.query<{ at: Date }>(`select created_at as at from deliveries order by created_at`);
  [early, late] = [1_000, 15_000].map((n) => times[n]?.at.toISOString()) as [string, string];
});

async function ask(args: string, fields: string, range = { from: FROM, to: TO }) {
  const { data, errors } = await app.ask(
    `query ($range: DateTimeRange!) { deliveryStats(range: $range, ${args}) { fromStoredCounts ${fields} } }`,
    { range },
  );
  expect(errors).toBeUndefined();
  return data.deliveryStats;
}

const withoutKey = (rows: Awaited<ReturnType<typeof deliveriesBySql>>) => rows.map(({ key: _key, ...row }) => row);
const nodeId = (webhookId: string) => toNodeId('Webhook', webhookId);

const FILTERS: [title: string, where: () => string, sql: () => string, kept: boolean][] = [
  ['all', () => '', () => 'true', true],
  ['a status', () => '{ status: { eq: EXHAUSTED } }', () => `status = 'EXHAUSTED'`, true],
  ['skip reasons', () => '{ skipReason: { in: [DUPLICATE] } }', () => `skip_reason = 'DUPLICATE'`, true],
  ['no skip reason', () => '{ skipReason: { isNull: true } }', () => 'skip_reason is null', true],
  [
    'a webhook',
    () => `{ webhook: { id: { eq: "${nodeId(webhookIds[1] as string)}" } } }`,
    () => `webhook_id = '${webhookIds[1]}'`,
    true,
  ],
  [
    'names of webhooks',
    () => '{ webhook: { name: { in: ["Partner 0", "Partner 2"] } } }',
    () => `webhook_id in ('${webhookIds[0]}', '${webhookIds[2]}')`,
    true,
  ],
  [
    'a type, and not a status',
    () => '{ documentType: { eq: "Customer" }, not: { status: { eq: DELIVERED } } }',
    () => `document_type = 'Customer' and status <> 'DELIVERED'`,
    true,
  ],
  [
    'times',
    () => '{ createdAt: { gte: "2024-03-05T06:07:08.009Z", lt: "2024-03-20T01:00:00Z" } }',
    () => `created_at >= '2024-03-05T06:07:08.009Z' and created_at < '2024-03-20T01:00:00Z'`,
    true,
  ],
  [
    'times of deliveries, without the first and with the last',
    () => `{ createdAt: { gt: "${early}", lte: "${late}" } }`,
    () => `created_at > '${early}' and created_at <= '${late}'`,
    true,
  ],
  [
    'times of deliveries, with the first and without the last',
    () => `{ createdAt: { gte: "${early}", lt: "${late}" } }`,
    () => `created_at >= '${early}' and created_at < '${late}'`,
    true,
  ],
  ['attempts, which no count knows', () => '{ attempts: { gt: 1 } }', () => 'attempts > 1', false],
];

test.each(FILTERS)('%s: in all, and by day', async (_title, where, sql, kept) => {
  const args = where() ? `where: ${where()}, ` : '';
  const { total, buckets, fromStoredCounts } = await ask(
    `${args} bucket: DAY`,
    `total { ${FIGURES} } buckets { ${FIGURES} }`,
  );
  expect(fromStoredCounts).toBe(kept);
  expect([total]).toEqual(withoutKey(await deliveriesBySql(app.database, sql())));
  const days = await deliveriesBySql(app.database, sql(), `date_trunc('day', created_at at time zone 'UTC')`);
  expect(buckets.filter((bucket: { deliveryCount: number }) => bucket.deliveryCount > 0)).toEqual(withoutKey(days));
  expect(buckets).toHaveLength(30);
});

test('a range that its filter limits begins after gt and ends with lte, to the millisecond', () => {
  const createdAt = { gt: new Date(60_000), lte: new Date(120_000) };
  expect(rollupWhere({ createdAt }, DELIVERY_ROLLUP_FIELDS)?.within).toEqual({ from: 60_001, to: 120_001 });
});

test('a range that begins and ends between minutes is counted exactly', async () => {
  const range = { from: '2024-03-03T04:05:06.789Z', to: '2024-03-21T22:23:24.567Z' };
  const { total } = await ask('bucket: WEEK', `total { ${FIGURES} }`, range);
  const rows = await deliveriesBySql(app.database, `created_at >= '${range.from}' and created_at < '${range.to}'`);
  expect([total]).toEqual(withoutKey(rows));
});

test('by webhook, document type and skip reason, the largest first', async () => {
  const { byWebhook, byDocumentType, bySkipReason } = await ask(
    'bucket: MONTH',
    `byWebhook: figures(by: WEBHOOK, first: 3) { webhook { id } ${FIGURES} }
     byDocumentType: figures(by: DOCUMENT_TYPE) { documentType ${FIGURES} }
     bySkipReason: figures(by: SKIP_REASON) { skipReason ${FIGURES} }`,
  );
  const largest = async (group: string, condition = 'true') =>
    (await deliveriesBySql(app.database, condition, group)).sort(
      (one, other) => other.deliveryCount - one.deliveryCount,
    );
  const webhooks = (await largest('webhook_id')).slice(0, 3);
  expect(byWebhook).toEqual(webhooks.map(({ key, ...row }) => ({ webhook: { id: nodeId(key as string) }, ...row })));
  const types = await largest('document_type');
  expect(byDocumentType).toEqual(types.map(({ key, ...row }) => ({ documentType: key, ...row })));
  const reasons = await largest('skip_reason', 'skip_reason is not null');
  expect(bySkipReason).toEqual(reasons.map(({ key, ...row }) => ({ skipReason: key, ...row })));
});

test.each([
  { what: 'no arrival', event: 5_000, delivered: null, ms: null },
  { what: 'one after 1,234 ms', event: 5_000, delivered: 6_234, ms: 1_234 },
  { what: 'one that a clock has put before its event', event: 5_000, delivered: 4_000, ms: 0 },
  { what: 'one after 30 days', event: 5_000, delivered: 5_000 + 30 * 86_400_000, ms: 2 ** 31 - 1 },
])('the time from event to arrival: $what', async ({ event, delivered, ms }) => {
  const time = delivered === null ? null : new Date(delivered);
  const [row] = await app.database.query(
    `select arrival_ms(first_id_at(to_timestamp($1 / 1000.0)), $2::timestamptz) as ms`,
    [event, time],
  );
  expect(row).toEqual({ ms });
});

test('30 days by hour are answered from a few thousand counts, and from no delivery', async () => {
  const options = { name: 'stats test', poolSize: 1 };
  const source = await createDataSource(app.database.servingUrl, options).initialize();
  const recorded = recordStatements(source);
  try {
    const { data, errors } = await graphql({
      schema: createSchema(),
      source: `query ($range: DateTimeRange!) { deliveryStats(range: $range, bucket: HOUR) {
        buckets { deliveryCount delivered timeToArrival { p95Ms } } } }`,
      variableValues: { range: { from: FROM, to: TO } },
      contextValue: {
        db: source.manager,
        viewer: { roles: new Set(['AUDITOR']) },
        log: createLog('silent'),
        memory: new Map(),
      } as unknown as Context,
    });
    expect(errors).toBeUndefined();
    const { buckets } = (data as { deliveryStats: { buckets: { deliveryCount: number }[] } }).deliveryStats;
    expect(buckets.reduce((sum, { deliveryCount }) => sum + deliveryCount, 0)).toBe(COUNT);
  } finally {
    await source.destroy();
  }
  const reads: Read[] = [];
  for (const statement of recorded) reads.push(await readBy(app.database, statement));
  const rowsOf = (table: string) => reads.reduce((sum, { rows }) => sum + (rows[table] ?? 0), 0);
  // 720 hours of 8 series, twice: for the numbers and for the arrivals
  expect(rowsOf('delivery_stats')).toBeLessThanOrEqual(2 * 720 * 8);
  expect(rowsOf('deliveries_2024_03')).toBe(0);
  expect(reads.reduce((sum, { pages }) => sum + pages, 0)).toBeLessThan(2_000);
});

test('times to arrival of buckets are the same through fragments', async () => {
  const direct = await ask('bucket: DAY', 'buckets { start timeToArrival { p50Ms p95Ms } }');
  expect(
    direct.buckets.filter((bucket: { timeToArrival: { p50Ms: number | null } }) => bucket.timeToArrival.p50Ms),
  ).not.toEqual([]);
  const { data, errors } = await app.ask(
    `query ($range: DateTimeRange!) { deliveryStats(range: $range, bucket: DAY) { fromStoredCounts ...Days } }
     fragment Days on DeliveryStats { buckets { start ... { ...Times } } }
     fragment Times on DeliveryFigures { timeToArrival { p50Ms p95Ms } }`,
    { range: { from: FROM, to: TO } },
  );
  expect(errors).toBeUndefined();
  expect(data.deliveryStats).toEqual(direct);
});

test('a slice of the deliveries older than the feed is read without the deliveries before it', async () => {
  const options = { name: 'stats test', poolSize: 1 };
  const source = await createDataSource(app.database.servingUrl, options).initialize();
  const recorded = recordStatements(source);
  try {
    const { groups } = await deliveriesBefore(source.manager, firstIdAt(Date.parse(TO)), SLICE);
    expect(groups.reduce((sum, { deliveries }) => sum + deliveries, 0)).toBeGreaterThanOrEqual(SLICE);
  } finally {
    await source.destroy();
  }
  const [statement] = recorded as [RecordedStatement];
  const { rows } = await readBy(app.database, statement);
  // once for where the slice begins, and once for what is in it
  expect(rows.deliveries_2024_03).toBeGreaterThanOrEqual(2 * SLICE);
  expect(rows.deliveries_2024_03).toBeLessThan(4 * SLICE);
});

test.each([
  ['an empty range', 'bucket: DAY', { from: TO, to: FROM }, 'range'],
  ['too many buckets', 'bucket: MINUTE', { from: FROM, to: TO }, 'bucket'],
  ['an unknown zone', 'bucket: DAY, timeZone: "Mars/Olympus"', { from: FROM, to: TO }, 'timeZone'],
  [
    'an id of something else',
    'bucket: DAY, where: { webhook: { id: { eq: "usr_1" } } }',
    { from: FROM, to: TO },
    'where,webhook,id,eq',
  ],
  [
    'a NUL',
    'bucket: DAY, where: { documentType: { eq: "a\\u0000" } }',
    { from: FROM, to: TO },
    'where,documentType,eq',
  ],
])('%s is refused', async (_title, args, range, field) => {
  const { data, errors } = await app.ask(
    `query ($range: DateTimeRange!) { deliveryStats(range: $range, ${args}) { total { deliveryCount } } }`,
    { range },
  );
  expect(data?.deliveryStats ?? null).toBeNull();
  expect(errors?.map(({ extensions }) => [extensions.code, extensions.field?.join()])).toEqual([
    ['BAD_USER_INPUT', field],
  ]);
});

test('PUBLISHER may not count deliveries', async () => {
  const { errors } = await app.ask(
    '{ deliveryStats(range: { from: "2024-01-01T00:00:00Z", to: "2024-02-01T00:00:00Z" }, bucket: DAY) { from } }',
    undefined,
    await app.keyFor('PUBLISHER'),
  );
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
});
