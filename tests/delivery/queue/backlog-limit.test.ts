// Back-pressure: what publishers are told while workers do not keep up.
import { type BacklogLimits, refusalOf, restBetweenMeasurements } from '../../../src/delivery/queue/backlog-limit';
import { type GraphQLAnswer, startTestApp, type TestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { useReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { startSecondWorker } from '../capacity/circuit-states';

const started: { stop(): Promise<unknown> }[] = [];

async function start(env: Record<string, string>): Promise<TestApp> {
  const app = await startTestApp(env);
  started.unshift(app);
  return app;
}

const partner = useReceiver();
afterEach(async () => {
  for (const each of started.splice(0)) await each.stop();
});

let published = 0;

function publishOne(app: TestApp, more: object = {}): Promise<GraphQLAnswer> {
  published += 1;
  const input = { events: [invoice(`INV-${published}`, more)] };
  return app.ask('mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { events { id } } }', {
    input,
  });
}

const isAccepted = (answer: GraphQLAnswer) => answer.status === 200 && answer.data?.publishEvents?.events?.length === 1;

async function refusedAnswer(app: TestApp): Promise<GraphQLAnswer> {
  await waitFor('/readyz to refuse', async () => (await publishing(app)).publishing !== 'accepted');
  const answer = await publishOne(app);
  expect(answer.errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
  return answer;
}

const acceptedAgain = (app: TestApp) =>
  waitFor('publishing to be accepted', async () => isAccepted(await publishOne(app)));

function post(app: TestApp): Promise<Response> {
  return fetch(`${app.url}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` },
    body: JSON.stringify(invoice('INV-POST')),
  });
}

async function publishing(app: TestApp): Promise<{ status: number; publishing: string }> {
  const answer = await fetch(`${app.url}/readyz`);
  const { publishing } = (await answer.json()) as { publishing: string };
  return { status: answer.status, publishing };
}

async function metrics(app: TestApp): Promise<string> {
  return (await fetch(`${app.url}/metrics`)).text();
}

async function count(app: TestApp, table: string): Promise<number> {
  const [row] = await app.database.query<{ n: number }>(`select count(*)::int as n from ${table}`);
  return row?.n ?? -1;
}

test('without a worker publishing is refused at the limit, everything else works, and a worker ends it', async () => {
  const app = await start({ PROCESSES: 'api', MAX_BACKLOG: '5' });
  await createTestWebhook(app, partner.url);
  await publish(
    app,
    Array.from({ length: 5 }, (_, n) => invoice(`INV-${n}`)),
  );
  const refused = await refusedAnswer(app);
  expect(refused.status).toBe(503);
  expect(refused.errors?.[0]?.message).toMatch(
    /^Nothing was published: \d+ events and due deliveries wait for a worker, and MAX_BACKLOG is 5\. Try again later\.$/,
  );
  const before = await count(app, 'business_events');
  const overHttp = await post(app);
  expect([overHttp.status, overHttp.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await overHttp.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
  expect(await count(app, 'business_events')).toBe(before);

  expect((await app.ask('{ businessEvents { totalCount } }')).data.businessEvents.totalCount).toBe(before);
  await app.database.query(`select publish_event('Sales Invoice', 'on_submit', 'INV-SQL', '{}', 'erp')`);
  expect(await count(app, 'business_events')).toBe(before + 1);
  expect(await publishing(app)).toMatchObject({ status: 200, publishing: expect.stringContaining('MAX_BACKLOG is 5') });
  await waitFor('the metric', async () => (await metrics(app)).includes('hookledger_publishing_refused 1'));
  expect(await metrics(app)).toContain('hookledger_backlog{kind="events"} 5\n');

  started.unshift(await startSecondWorker(app));
  await acceptedAgain(app);
  await waitFor('/readyz to say so', async () => (await publishing(app)).publishing === 'accepted');
  const delivered = () => count(app, `deliveries where status = 'DELIVERED'`);
  const events = await count(app, 'business_events');
  await waitFor('all deliveries', async () => (await delivered()) === events);
});

test('due deliveries count while all deliveries are paused; those of a later time do not', async () => {
  const app = await start({ MAX_BACKLOG: '5' });
  await createTestWebhook(app, partner.url, { documentType: 'Later', retrySchedule: [3600] });
  await createTestWebhook(app, partner.url, { documentType: 'Now' });
  await mutate(app, 'pauseDeliveries', { reason: 'a test' });
  for (let n = 0; n < 8; n += 1) await publishOne(app, { documentType: 'Later' });
  await waitFor('the fan-out', async () => (await count(app, 'deliveries')) === 8);
  await acceptedAgain(app);
  await publish(
    app,
    Array.from({ length: 5 }, (_, n) => invoice(`INV-${n}`, { documentType: 'Now' })),
  );
  await refusedAnswer(app);
  await mutate(app, 'resumeDeliveries', {});
  await acceptedAgain(app);
});

test('payloads are limited by their bytes', async () => {
  const app = await start({ PROCESSES: 'api', MAX_BACKLOG_MIB: '1' });
  const data = { text: 'x'.repeat(250 * 1024) };
  for (let n = 0; n < 5; n += 1) expect(isAccepted(await publishOne(app, { data }))).toBe(true);
  const { errors } = await refusedAnswer(app);
  expect(errors?.[0]?.message).toMatch(
    /: events and due deliveries of about \d+ MiB wait for a worker, and MAX_BACKLOG_MIB is 1\./,
  );
});

describe('the rule', () => {
  const limits = { items: 10, mib: 2 };
  const backlog = { events: 4, deliveries: 5, bytes: 2 * 1024 * 1024 - 1 };

  test('refuses at either limit, and not below both', () => {
    expect(refusalOf(backlog, limits)).toBeNull();
    expect(refusalOf({ ...backlog, deliveries: 6 }, limits)).toContain('10 events and due deliveries wait');
    expect(refusalOf({ ...backlog, bytes: 2 * 1024 * 1024 }, limits)).toContain('about 2 MiB');
  });

  test('rests for 100 times as long as measuring took, from half of a limit on for 20 times, and for 1 to 30 s', () => {
    const low = { events: 2, deliveries: 2, bytes: 1024 * 1024 - 1 };
    expect(restBetweenMeasurements(low, limits, 50)).toBe(5_000);
    expect(restBetweenMeasurements({ ...low, deliveries: 3 }, limits, 100)).toBe(2_000);
    expect(restBetweenMeasurements({ ...low, bytes: 1024 * 1024 }, limits, 100)).toBe(2_000);
    expect(restBetweenMeasurements(backlog, { items: 0, mib: 0 }, 50)).toBe(5_000);
    expect([restBetweenMeasurements(low, limits, 1), restBetweenMeasurements(low, limits, 1_000)]).toEqual([
      1_000, 30_000,
    ]);
  });

  test('rests for 5 s while half of a limit takes longer to publish, and less as it comes near', () => {
    const restOf = (events: number, mib: number, own: BacklogLimits) =>
      restBetweenMeasurements({ events, deliveries: 0, bytes: mib * 1024 * 1024 }, own, 1);
    const byDefault = { items: 1_000_000, mib: 10_240 };
    expect([restOf(0, 0, byDefault), restOf(400_000, 0, byDefault), restOf(0, 4_120, byDefault)]).toEqual([
      5_000, 5_000, 5_000,
    ]);
    expect([restOf(460_000, 0, byDefault), restOf(0, 4_720, byDefault)]).toEqual([2_000, 2_000]);
    expect([restOf(600_000, 0, byDefault), restOf(0, 6_000, byDefault)]).toEqual([1_000, 1_000]);
    expect(restOf(0, 0, { items: 0, mib: 0 })).toBe(5_000);
    expect(restOf(0, 0, { items: 40_000, mib: 0 })).toBe(1_000);
  });

  test('has no limit where it is 0', () => {
    const much = { events: 1e9, deliveries: 1e9, bytes: 1e15 };
    expect(refusalOf(much, { items: 0, mib: 0 })).toBeNull();
    expect(refusalOf(much, { items: 0, mib: 1 })).toContain('MAX_BACKLOG_MIB');
    expect(refusalOf(much, { items: 1, mib: 0 })).toContain('MAX_BACKLOG is 1');
  });
});
