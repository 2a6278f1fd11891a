// A flood of refused calls does not fill the disk, and does not block other callers.
import { startApp } from '../../../src/app/app';
import { readConfig } from '../../../src/config/config';
import { createLog } from '../../../src/logging/log';
import { startTestApp, type TestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';
import { type Agreed, agree, callStandard, callUnsigned, receivedBy } from '../callers';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
});
afterAll(() => app.stop());

interface UnrecordedRefusals {
  minute: string;
  errorCode: string;
  callCount: number;
}

async function unrecordedRefusalsOf(agreed: Agreed): Promise<UnrecordedRefusals[]> {
  const query = 'query ($id: ID!) { webhook(id: $id) { unrecordedRefusals { minute errorCode callCount } } }';
  return (await app.ask(query, { id: agreed.id })).data.webhook.unrecordedRefusals;
}

/** Of a call that a busy machine answered 503, it is not known whether it was recorded. */
const refusedIn = (statuses: readonly number[]) => statuses.filter((status) => status !== 503).length;

const sumOf = (counted: readonly UnrecordedRefusals[]) => counted.reduce((sum, { callCount }) => sum + callCount, 0);

async function flood(agreed: Agreed, calls: number, body: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let from = 0; from < calls; from += 50)
    statuses.push(
      ...(await Promise.all(Array.from({ length: 50 }, () => callUnsigned(agreed, body)))).map(({ status }) => status),
    );
  return statuses;
}

test('above a rate refused calls are answered and counted, and those that are kept and counted are all that were answered', async () => {
  const agreed = await agree(app);
  const statuses = await flood(agreed, 400, 'x'.repeat(10_000));
  expect(new Set(statuses.filter((status) => status !== 503))).toEqual(new Set([401]));
  const refused = refusedIn(statuses);
  const rows = await receivedBy(app, agreed);
  expect(rows.length).toBeGreaterThanOrEqual(100);
  expect(rows.length).toBeLessThan(300);
  const counted = await waitFor('all to be accounted for', async () => {
    const found = await unrecordedRefusalsOf(agreed);
    return sumOf(found) + rows.length >= refused && found;
  });
  expect(sumOf(counted) + rows.length).toBeLessThanOrEqual(400);
  for (const each of counted) expect([each.errorCode, Date.parse(each.minute) % 60_000]).toEqual(['NOT_SIGNED', 0]);
  expect(new Set(rows.map((row) => row.data.length))).toEqual(new Set([10_000, 4_096]));
  expect(new Set(rows.map((row) => row.dataBytes))).toEqual(new Set([10_000]));
  expect(rows[0]?.error).not.toContain('unrecordedRefusals');
  const sampled =
    / Such calls are received faster than they are recorded: unrecordedRefusals of the webhook counts the others\.$/;
  expect(rows.filter(({ error }) => sampled.test(error ?? '')).length).toBeGreaterThan(0);
});

test('of each kind it is said how many', async () => {
  const agreed = await agree(app);
  const statuses = await flood(agreed, 150, '{}');
  const wrong = Array.from({ length: 50 }, () =>
    callUnsigned(agreed, '{}', { 'webhook-id': 'a', 'webhook-timestamp': 'b', 'webhook-signature': 'c' }),
  );
  statuses.push(...(await Promise.all(wrong)).map(({ status }) => status));
  const refused = refusedIn(statuses);
  const counted = await waitFor('all', async () => {
    const found = await unrecordedRefusalsOf(agreed);
    return sumOf(found) + (await receivedBy(app, agreed)).length >= refused && found;
  });
  expect(new Set(counted.map(({ errorCode }) => errorCode))).toEqual(new Set(['NOT_SIGNED', 'MALFORMED']));
});

test('right calls of the same agreement and of others go through meanwhile, and are all kept', async () => {
  const [flooded, other] = [await agree(app), await agree(app)];
  const flooding = flood(flooded, 300, '{}');
  const right = [];
  for (let n = 0; n < 20; n += 1)
    right.push(await callStandard(flooded, '{"type":"a"}'), await callStandard(other, '{"type":"a"}'));
  expect(right.map(({ status }) => status)).toEqual(Array(40).fill(200));
  await flooding;
  for (const agreed of [flooded, other])
    expect((await receivedBy(app, agreed)).filter(({ status }) => status === 'SUCCEEDED')).toHaveLength(20);
  expect(await unrecordedRefusalsOf(other)).toEqual([]);
  expect((await callUnsigned(other, '{}')).status).toBe(401);
  expect((await receivedBy(app, other)).filter(({ status }) => status === 'REFUSED')).toHaveLength(1);
});

test('counts are not lost when a process stops, and those of two processes add up', async () => {
  const config = readConfig({ ...app.env, PROCESSES: 'api', PORT: '0' });
  const second = await startApp(config, createLog('silent'));
  const agreed = await agree(app);
  const there = { ...agreed, address: agreed.address.replace(app.url, second.url as string) };
  const statuses = (await Promise.all([flood(agreed, 150, '{}'), flood(there, 150, '{}')])).flat();
  const refused = refusedIn(statuses);
  await second.stop();
  const kept = (await receivedBy(app, agreed)).length;
  const counted = await waitFor('all to be accounted for', async () => {
    const found = await unrecordedRefusalsOf(agreed);
    return sumOf(found) + kept >= refused && found;
  });
  expect(sumOf(counted) + kept).toBeLessThanOrEqual(300);
});

test('an outgoing webhook has none, and every reader of the log may read them', async () => {
  const agreed = await agree(app);
  const support = await app.keyFor('SUPPORT');
  const query = 'query ($id: ID!) { webhook(id: $id) { unrecordedRefusals { callCount } } }';
  expect((await app.ask(query, { id: agreed.id }, support)).data.webhook.unrecordedRefusals).toEqual([]);
});
