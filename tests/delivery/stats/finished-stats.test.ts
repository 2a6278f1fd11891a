// deliveryStats by the time of the outcome, held against a count of the rows by SQL.
import { createDataSource } from '../../../src/database/data-source';
import { finishedStats } from '../../../src/delivery/stats/delivery-figures';
import { timeOfNextRow } from '../../../src/request-log/stats/stats-figures.store';
import { everything } from '../../../src/sql/condition';
import { toNodeId } from '../../../src/values/ids';
import { makeMonths } from '../../request-log/stats/counted-log';
import { useTestApp } from '../../support/app';
import { listStates } from '../../support/delivery-states';
import { deliveriesBySql, FIGURES, makeWebhooks, seedDeliveries } from './counted-deliveries';

const [FROM, TO] = ['2024-03-01T00:00:00.000Z', '2024-03-31T00:00:00.000Z'];
/** The last days: most of what was finished then began before. */
const LATE = { from: '2024-03-25T01:02:03.004Z', to: '2024-03-31T00:00:00.000Z' };

const app = useTestApp({ PROCESSES: 'api' });
let webhookIds: string[];

beforeAll(async () => {
  await makeMonths(app.database, '2024-03-01', '2024-04-01', 'deliveries');
  await makeMonths(app.database, '2024-03-01', '2024-04-01', 'finished_deliveries');
  webhookIds = await makeWebhooks(app, 3);
  await seedDeliveries(app.database, { count: 3_000, from: FROM, to: TO, webhookIds });
  // up to twenty days after they were created, as after many attempts
  await app.database.query(`update deliveries set finished_at = date_trunc('milliseconds',
    least(created_at + random() * interval '20 days', '${TO}'::timestamptz - random() * interval '6 days'))
    where finished_at is not null`);
  await listStates(app.database);
});

const QUERY = `query ($range: DateTimeRange!, $where: DeliveryWhere) {
  deliveryStats(range: $range, bucket: DAY, time: FINISHED_AT, where: $where) {
    fromStoredCounts countedFrom uncounted total { ${FIGURES} } buckets { start ${FIGURES} }
    byWebhook: figures(by: WEBHOOK) { webhook { id } ${FIGURES} }
    failing: figures(by: WEBHOOK, rankBy: FAILURES, first: 2) { webhook { id } exhausted }
  }
}`;

async function ask(where?: object, range: object = LATE) {
  const { data, errors } = await app.ask(QUERY, { range, where });
  expect(errors).toBeUndefined();
  return data.deliveryStats;
}

const finished = (condition: string, group?: string) =>
  deliveriesBySql(
    app.database,
    `finished_at >= '${LATE.from}' and finished_at < '${LATE.to}' and (${condition})`,
    group,
  );
const nodeId = (id: string) => toNodeId('Webhook', id);

const FILTERS: [title: string, where: () => object | undefined, sql: () => string][] = [
  ['all', () => undefined, () => 'true'],
  ['what was given up', () => ({ status: { eq: 'EXHAUSTED' } }), () => `status = 'EXHAUSTED'`],
  [
    'two statuses of one webhook',
    () => ({
      status: { in: ['EXHAUSTED', 'CANCELLED'] },
      webhook: { id: { eq: nodeId(webhookIds[1] as string) } },
    }),
    () => `status in ('EXHAUSTED', 'CANCELLED') and webhook_id = '${webhookIds[1]}'`,
  ],
  ['attempts', () => ({ attempts: { gt: 1 } }), () => 'attempts > 1'],
  ['not a status', () => ({ not: { status: { eq: 'DELIVERED' } } }), () => `status <> 'DELIVERED'`],
  ['began in the range too', () => ({ createdAt: { gte: LATE.from } }), () => `created_at >= '${LATE.from}'`],
];

test.each(FILTERS)('%s: in all, by day and by webhook', async (_title, where, sql) => {
  const { total, buckets, byWebhook, ...rest } = await ask(where());
  expect(rest).toMatchObject({ fromStoredCounts: false, countedFrom: null, uncounted: 0 });
  const withoutKey = (rows: Awaited<ReturnType<typeof finished>>) => rows.map(({ key: _key, ...row }) => row);
  const rows = await finished(sql());
  expect(rows[0]?.deliveryCount).toBeGreaterThan(0);
  expect([total]).toEqual(withoutKey(rows));
  const days = await finished(sql(), `date_trunc('day', finished_at at time zone 'UTC')`);
  const filled = buckets.filter((bucket: { deliveryCount: number }) => bucket.deliveryCount > 0);
  expect(filled.map(({ start: _start, ...figures }: { start: string }) => figures)).toEqual(withoutKey(days));
  const webhooks = await finished(sql(), 'webhook_id');
  expect(
    new Map(byWebhook.map(({ webhook, ...figures }: { webhook: { id: string } }) => [webhook.id, figures])),
  ).toEqual(new Map(webhooks.map(({ key, ...figures }) => [nodeId(key as string), figures])));
});

test('what is open is not counted, and the webhooks with the most that was given up come first', async () => {
  const { total, failing } = await ask();
  expect(total).toMatchObject({ pending: 0, retrying: 0 });
  const rows = await finished('true', 'webhook_id');
  const exhausted = rows.map((row) => row.exhausted as number).sort((one, other) => other - one);
  expect(failing.map((group: { exhausted: number }) => group.exhausted)).toEqual(exhausted.slice(0, 2));
});

test('by the time of creation the same range counts others', async () => {
  const { data } = await app.ask(
    `query ($range: DateTimeRange!) { deliveryStats(range: $range, bucket: DAY, where: { attempts: { gte: 0 } }) {
      total { deliveryCount } } }`,
    { range: LATE },
  );
  const [created] = await deliveriesBySql(app.database, `created_at >= '${LATE.from}' and created_at < '${LATE.to}'`);
  expect(data.deliveryStats.total.deliveryCount).toBe(created?.deliveryCount);
  expect((await ask()).total.deliveryCount).not.toBe(created?.deliveryCount);
});

test.each([
  ['of all statuses', { statuses: ['DELIVERED', 'EXHAUSTED', 'SKIPPED', 'CANCELLED'], isOfWebhook: false }],
  ['of one status of a webhook', { statuses: ['EXHAUSTED'], isOfWebhook: true }],
] as const)('the newest are looked at, and no more: %s', async (_title, { statuses, isOfWebhook }) => {
  const source = await createDataSource(app.database.servingUrl, { name: 'stats test', poolSize: 1 }).initialize();
  const webhookId = isOfWebhook ? (webhookIds[0] as string) : null;
  const span = { from: Date.parse(LATE.from), to: Date.parse(LATE.to) };
  const next = (atMost: number) =>
    timeOfNextRow(source.manager, finishedStats({ statuses, webhookId }), span, everything, atMost);
  try {
    const rows = await app.database.query<{ at: Date }>(
      `select finished_at as at from deliveries where status = any($1) and ($2::uuid is null or webhook_id = $2)
         and finished_at >= $3 and finished_at < $4 order by finished_at desc`,
      [statuses, webhookId, LATE.from, LATE.to],
    );
    expect(rows.length).toBeGreaterThan(20);
    expect(await next(20)).toBe(rows[20]?.at.getTime());
    expect(await next(rows.length)).toBeNull();
  } finally {
    await source.destroy();
  }
});
