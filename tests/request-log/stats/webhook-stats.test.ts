import { uuidOf } from '../../../src/values/ids';
import { startTestApp, type TestApp } from '../../support/app';
import { createTestWebhook } from '../../support/webhooks';
import { FIGURES } from './counted-by-sql';
import { makeMonths, seedRandomRows, startCounter } from './counted-log';

const RANGE = { from: '2024-03-01T00:00:00Z', to: '2024-03-31T12:34:56.789Z' };
const STATS = `fromStoredCounts total { ${FIGURES} } buckets { start end ${FIGURES} }`;

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
  await makeMonths(app.database, '2024-03-01', '2024-04-01');
  const webhookIds: (string | null)[] = [null];
  for (const name of ['A', 'B', 'C']) {
    const { id } = await createTestWebhook(app, 'https://partner.example/', { name });
    webhookIds.push(uuidOf('Webhook', id));
  }
  await seedRandomRows(app.database, { count: 2_000, ...RANGE, webhookIds, withOpen: true });
  const counter = await startCounter(app.database);
  await counter.countAll();
  await counter.stop();
});
afterAll(() => app.stop());

const WHERES = [
  ['all requests', undefined],
  ['failures', { status: { eq: 'FAILED' } }],
  ['what no count knows', { event: { eq: 'on_submit' } }],
] as const;

/** As many buckets each, and rows in so few of the later ones that no two totals are equal by chance. */
const ASKED: Record<string, string> = {
  first: 'range: { from: "2024-03-01T00:00:00Z", to: "2024-03-09T00:00:00Z" }',
  second: 'range: { from: "2024-03-30T00:00:00Z", to: "2024-04-07T00:00:00Z" }',
  failed: 'range: { from: "2024-03-30T00:00:00Z", to: "2024-04-07T00:00:00Z" }, where: { status: { eq: FAILED } }',
};

test.each(WHERES)('each webhook of a list has its own figures: %s', async (_title, where) => {
  const list = await app.ask(
    `query ($range: DateTimeRange!, $where: WebhookRequestLogWhere) {
      webhooks { nodes { id stats(range: $range, bucket: DAY, where: $where) { ${STATS} } } } }`,
    { range: RANGE, where },
  );
  expect(list.errors).toBeUndefined();
  expect(list.data.webhooks.nodes).toHaveLength(3);
  for (const { id, stats } of list.data.webhooks.nodes) {
    const { data } = await app.ask(
      `query ($range: DateTimeRange!, $where: WebhookRequestLogWhere) {
        webhookRequestLogStats(range: $range, bucket: DAY, where: $where) { ${STATS} } }`,
      { range: RANGE, where: { ...where, webhook: { id: { eq: id } } } },
    );
    expect(stats).toEqual(data.webhookRequestLogStats);
    expect(stats.total.requestCount).toBeGreaterThan(0);
    expect(stats.fromStoredCounts).toBe(!where || !('event' in where));
  }
});

test('statistics of several ranges and filters of one webhook are each their own', async () => {
  const query = (names: readonly string[]) =>
    `{ webhooks { nodes { ${names.map((name) => `${name}: stats(bucket: DAY, ${ASKED[name]}) { ${STATS} }`).join(' ')} } } }`;
  const { data, errors } = await app.ask(query(Object.keys(ASKED)));
  expect(errors).toBeUndefined();
  for (const name of Object.keys(ASKED)) {
    const alone = await app.ask(query([name]));
    expect(data.webhooks.nodes.map((node: Record<string, object>) => node[name])).toEqual(
      alone.data.webhooks.nodes.map((node: Record<string, object>) => node[name]),
    );
  }
  const [first] = data.webhooks.nodes;
  expect(new Set(Object.keys(ASKED).map((name) => first[name].total.requestCount)).size).toBe(3);
});

test('a wrong range is refused at each row', async () => {
  const { data, errors } = await app.ask(
    `{ webhooks(first: 2) { nodes { stats(range: { from: "${RANGE.to}", to: "${RANGE.from}" }, bucket: DAY) { timeZone } } } }`,
  );
  expect(data.webhooks.nodes).toEqual([{ stats: null }, { stats: null }]);
  expect(errors?.map(({ extensions }) => [extensions.code, extensions.field])).toEqual([['BAD_USER_INPUT', ['range']]]);
});
