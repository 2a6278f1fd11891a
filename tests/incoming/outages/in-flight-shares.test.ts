// What one partner's calls, or one address, may hold while they are under way: none of them stops the others.
import { gzipSync } from 'node:zlib';
import { startTestApp, type TestApp } from '../../support/app';
import { sendRaw } from '../../support/raw-http';
import { waitFor } from '../../support/wait-for';
import { change } from '../../webhooks/webhook-changes';
import { type BareRoute, startBareRoute } from '../bodies/bare-route';
import { openCall, type RawCall } from '../bodies/raw-call';
import { type Agreed, agree, lastReceived } from '../callers';

const KIB = 1024;
/** Nothing ends for its time. */
const time = { mostMs: 600_000, slowAfterMs: 600_000, bytesPerSecond: 0 };

let app: TestApp;
let route: BareRoute;
let one: Agreed;
let other: Agreed;
const open: RawCall[] = [];

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
  [one, other] = [await agree(app, { provider: 'NONE' }), await agree(app, { provider: 'NONE' })];
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((call) => call.destroy()));
  await route.stop();
});
afterAll(() => app.stop());

/** A call whose body does not come, or only its beginning. */
function begin(agreed: Agreed, { from = '203.0.113.7', body = Buffer.alloc(0) } = {}): RawCall {
  const lines = [`content-length: ${KIB * KIB}`, `x-forwarded-for: ${from}`];
  const call = openCall(route.addressOf(agreed), lines);
  if (body.length > 0) call.write(body);
  open.push(call);
  return call;
}
const statusOf = (call: RawCall) => Number(/^HTTP\/1\.1 (\d+)/.exec(call.heard())?.[1] ?? 0);
const answered = (call: RawCall) => waitFor('an answer', () => statusOf(call), 20_000);
const statusFor = async (agreed: Agreed, from = '203.0.113.7', body = Buffer.from('{}')) =>
  (await sendRaw(route.addressOf(agreed), { headers: { 'x-forwarded-for': from }, body })).status;

test.each([
  ['pauseWebhook', 503],
  ['archiveWebhook', 410],
] as const)(
  'after %s calls are answered %d before their bodies are read, and delay no others',
  async (mutation, status) => {
    route = await startBareRoute(app, { time, calls: { all: 3, ofWebhook: 3, ofSource: 3 } });
    const shut = await agree(app, { provider: 'NONE' });
    await change(app, mutation, { id: shut.id });
    const calls = Array.from({ length: 6 }, () => begin(shut));
    // more than there is room for at once: the others are asked to come again
    for (const call of calls) expect([status, 503]).toContain(await answered(call));
    const last = begin(shut);
    expect(await answered(last)).toBe(status);
    expect(await last.over).toMatch(/NOT_ACTIVE/);
    expect(await statusFor(other)).toBe(200);
    expect(await lastReceived(app, shut)).toMatchObject({
      errorCode: 'NOT_ACTIVE',
      dataBytes: 0,
      responseStatus: status,
    });
  },
);

test('one webhook holds a share of the calls, and others go on', async () => {
  route = await startBareRoute(app, { time, calls: { all: 100, ofWebhook: 2, ofSource: 100 } });
  const held = [begin(one), begin(one, { from: '203.0.113.8' })];
  await waitFor('its share to be used up', async () => (await statusFor(one, '203.0.113.9')) === 503);
  expect(await statusFor(other)).toBe(200);
  expect(held.map(statusOf)).toEqual([0, 0]);
  await held[0]?.destroy();
  await waitFor('room again', async () => (await statusFor(one, '203.0.113.9')) === 200);
});

test('one address range holds a share of the calls, and others go on', async () => {
  route = await startBareRoute(app, { time, calls: { all: 100, ofWebhook: 100, ofSource: 2 } });
  const held = [begin(one, { from: '2001:db8:1:2::1' }), begin(other, { from: '2001:db8:1:2::2' })];
  await waitFor('its share to be used up', async () => (await statusFor(one, '2001:db8:1:2::3')) === 503);
  expect([await statusFor(one, '2001:db8:1:3::1'), await statusFor(other)]).toEqual([200, 200]);
  expect(held.map(statusOf)).toEqual([0, 0]);
});

test.each([
  ['webhook', { ofWebhook: 64 * KIB, ofSource: KIB * KIB }, ['203.0.113.7', '203.0.113.8', '203.0.113.9']],
  ['address', { ofWebhook: KIB * KIB, ofSource: 64 * KIB }, ['203.0.113.7', '203.0.113.7', '203.0.113.7']],
] as const)('one %s holds a share of the bytes, and others go on', async (_what, share, [first, second, third]) => {
  route = await startBareRoute(app, { time, bytes: { all: KIB * KIB, ...share } });
  const places = [first, second];
  const hold = (place: number) => begin(one, { from: places[place], body: Buffer.alloc(30 * KIB, 1) });
  const held = [hold(0), hold(1)];
  const body = Buffer.alloc(20 * KIB, 1);
  await waitFor('its share to be used up', async () => {
    // one that came while the call below held its bytes
    const refused = held.findIndex((call) => statusOf(call) !== 0);
    if (refused !== -1) held[refused] = hold(refused);
    return refused === -1 && (await statusFor(one, third, body)) === 503;
  });
  expect(await statusFor(other, '203.0.113.99', body)).toBe(200);
});

test('a body takes its share as it is once it is decoded', async () => {
  route = await startBareRoute(app, { time, bytes: { all: KIB * KIB, ofWebhook: 64 * KIB, ofSource: KIB * KIB } });
  const statusOfZipped = async (bytes: number) => {
    const headers = { 'x-forwarded-for': '203.0.113.7', 'content-encoding': 'gzip' };
    return (await sendRaw(route.addressOf(one), { headers, body: gzipSync(Buffer.alloc(bytes, 1)) })).status;
  };
  expect(await statusOfZipped(32 * KIB)).toBe(200);
  expect(await statusOfZipped(100 * KIB)).toBe(503);
  expect(await statusOfZipped(32 * KIB)).toBe(200);
});

test('calls with large bodies are recorded in transactions of 4 MiB', async () => {
  route = await startBareRoute(app, { time });
  // meanwhile the calls gather
  await app.database.query('begin');
  await app.database.query('lock table payloads in share mode');
  const statuses = Array.from({ length: 12 }, (_, n) => {
    const body = Buffer.alloc(KIB * KIB, n + 1);
    return statusFor(n % 2 === 0 ? one : other, `203.0.113.${n}`, body);
  });
  await waitFor('a transaction to wait', async () => {
    // otherwise this transaction sees the sessions as it first saw them
    await app.database.query('select pg_stat_clear_snapshot()');
    const waiting = await app.database.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return waiting.length > 0;
  });
  await app.database.query('commit');
  expect(new Set(await Promise.all(statuses))).toEqual(new Set([200]));
  const [largest] = await app.database.query<{ mib: number }>(
    `select (sum(byte_length) / 1048576)::int as mib from payloads where byte_length >= 1048576
     group by xmin::text order by mib desc limit 1`,
  );
  expect(largest?.mib).toBeLessThanOrEqual(4);
});
