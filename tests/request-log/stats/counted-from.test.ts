// Statistics by a filter that is not counted look at the newest rows of the range, and say how far.

import { MAX_BODIES, MAX_ROWS } from '../../../src/request-log/stats/stats-figures';
import { uuidOf } from '../../../src/values/ids';
import { startTestApp, type TestApp } from '../../support/app';
import { createTestWebhook } from '../../support/webhooks';
import { expectGapless } from './buckets';
import { countedBySql, FIGURES } from './counted-by-sql';
import { makeMonths, seedRandomRows } from './counted-log';

const RANGE = { from: '2024-03-01T00:00:00.000Z', to: '2024-03-31T00:00:00.000Z' };
/** Beyond the limit by some days. */
const ROWS = Math.ceil(MAX_ROWS * 1.1);

let app: TestApp;
let webhook: { id: string; uuid: string };

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
  await makeMonths(app.database, '2024-03-01', '2024-04-01');
  const { id } = await createTestWebhook(app, 'https://partner.example/');
  webhook = { id, uuid: uuidOf('Webhook', id) as string };
  await seedRandomRows(app.database, { count: ROWS, ...RANGE, webhookIds: [webhook.uuid, null] });
});
afterAll(() => app.stop());

const FIELDS = `countedFrom fromStoredCounts total { start end ${FIGURES} } buckets { start end requestCount }`;

async function ask(where: object, range: object = RANGE) {
  const { data, errors } = await app.ask(
    `query ($range: DateTimeRange!, $where: WebhookRequestLogWhere) {
      webhookRequestLogStats(range: $range, bucket: DAY, where: $where) {
        ${FIELDS} figures(by: DIRECTION) { start direction requestCount } } }`,
    { range, where },
  );
  expect(errors).toBeUndefined();
  return data.webhookRequestLogStats;
}

test('the newest rows are counted, all of them, and what is before them is left out and not zero', async () => {
  const { countedFrom, fromStoredCounts, total, buckets, figures } = await ask({ event: { eq: 'on_submit' } });
  expect(fromStoredCounts).toBe(false);
  const [looked] = await app.database.query<{ rows: number; before: number }>(
    `select count(*) filter (where started_at >= $1)::int as rows,
       count(*) filter (where started_at >= $1::timestamptz - interval '1 ms')::int as before
     from webhook_request_logs where started_at < $2`,
    [countedFrom, RANGE.to],
  );
  expect(looked?.rows).toBeLessThanOrEqual(MAX_ROWS);
  expect(looked?.before).toBeGreaterThan(MAX_ROWS);

  const { start, end, ...figuresOfAll } = total;
  expect({ start, end }).toEqual({ start: countedFrom, end: RANGE.to });
  const [expected] = await countedBySql(app.database, { ...RANGE, from: countedFrom }, `event = 'on_submit'`);
  expect({ key: null, ...figuresOfAll }).toEqual(expected);
  expectGapless(buckets, countedFrom, RANGE.to);
  expect(buckets.length).toBeLessThan(30);
  const sum = (rows: { requestCount: number }[]) => rows.reduce((all, { requestCount }) => all + requestCount, 0);
  expect([sum(buckets), sum(figures)]).toEqual([total.requestCount, total.requestCount]);
});

test('what is older is counted by an earlier range', async () => {
  const { countedFrom } = await ask({ event: { eq: 'on_submit' } });
  const older = await ask({ event: { eq: 'on_submit' } }, { from: RANGE.from, to: countedFrom });
  expect(older).toMatchObject({ countedFrom: null, total: { start: RANGE.from } });
  const [expected] = await countedBySql(app.database, { from: RANGE.from, to: countedFrom }, `event = 'on_submit'`);
  expect(older.total.requestCount).toBe(expected?.requestCount);
});

test('of a document and of a webhook, the newest are those that their indexes find', async () => {
  const [oldest] = await app.database.query<{ name: string; event: string }>(
    'select reference_document as name, event from webhook_request_logs order by id limit 1',
  );
  const { name, event } = oldest as { name: string; event: string };
  const document = await ask({ referenceDocument: { eq: name }, event: { eq: event } });
  expect(document).toMatchObject({ countedFrom: null, total: { requestCount: 1 } });
  // most of the rows, and less than are looked at
  const ofWebhook = await ask({ webhook: { id: { eq: webhook.id } }, event: { eq: 'on_submit' } });
  const [expected] = await countedBySql(app.database, RANGE, `event = 'on_submit' and webhook_id = '${webhook.uuid}'`);
  expect(ofWebhook).toMatchObject({ countedFrom: null, total: { requestCount: expected?.requestCount } });
});

test('where bodies are parsed, fewer are looked at', async () => {
  const { countedFrom, total } = await ask({ data: { contains: { total: 1 } } });
  const [looked] = await app.database.query<{ rows: number }>(
    'select count(*)::int as rows from webhook_request_logs where started_at >= $1 and started_at < $2',
    [countedFrom, RANGE.to],
  );
  expect(looked?.rows).toBeLessThanOrEqual(MAX_BODIES);
  expect(looked?.rows).toBeGreaterThan(MAX_BODIES * 0.9);
  expect(total.requestCount).toBe(0);
});

test('the range is that of `where` too', async () => {
  const startedAt = { gte: '2024-03-01T00:00:00Z', lt: '2024-03-04T00:00:00Z' };
  const { countedFrom, total } = await ask({ event: { eq: 'on_submit' }, startedAt });
  expect(countedFrom).toBeNull();
  const range = { from: startedAt.gte, to: startedAt.lt };
  const [expected] = await countedBySql(app.database, range, `event = 'on_submit'`);
  expect(total.requestCount).toBe(expected?.requestCount);
});

test('statistics of a webhook say the same', async () => {
  const { data, errors } = await app.ask(
    `query ($range: DateTimeRange!, $where: WebhookRequestLogWhere) {
      webhooks { nodes { stats(range: $range, bucket: DAY, where: $where) { ${FIELDS} } } } }`,
    { range: RANGE, where: { event: { eq: 'on_submit' } } },
  );
  expect(errors).toBeUndefined();
  const [{ stats }] = data.webhooks.nodes;
  const of = `event = 'on_submit' and webhook_id = '${webhook.uuid}'`;
  const [expected] = await countedBySql(app.database, { ...RANGE, from: stats.countedFrom }, of);
  expect(stats.total.requestCount).toBe(expected?.requestCount);
  expectGapless(stats.buckets, stats.countedFrom, RANGE.to);
});
