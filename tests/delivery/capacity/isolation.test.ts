import { useTestApp } from '../../support/app';
import { unusedPort } from '../../support/program';
import { useReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { jobsOfWaiting, strays } from '../attempt/invariants';
import { allFinished, countByStatus, type DeliveryState, deliveriesOf } from '../attempt/stored-attempts';
import { closeAll, httpPartner, type Partner } from '../partner';
import { circuitThatIs, createOwnWebhook, endPause, waitingFor } from './circuit-states';

const app = useTestApp();
const healthy = useReceiver();

beforeEach(() => {
  healthy.calls.length = 0;
});
afterEach(async () => {
  await closeAll();
  expect(await strays(app)).toEqual([]);
  expect(await jobsOfWaiting(app)).toBe(0);
});

/** What a worker keeps on the wire for one webhook that hangs, alone. */
const HALF = 512;

/** A partner that takes every call and answers none, until it is woken. */
async function hangingPartner() {
  let sleeping = true;
  const open = new Set<() => void>();
  const arrived = new Set<string>();
  const partner: Partner = await httpPartner((request, response) => {
    const end = () => {
      arrived.add(String(request.headers['webhook-id']));
      response.end('ok');
    };
    request.resume();
    if (!sleeping) return void end();
    open.add(() => response.destroy());
  });
  return {
    url: partner.url,
    arrived,
    calls: () => open.size,
    /** Drops what it had taken, and answers from now on. */
    wake() {
      sleeping = false;
      for (const drop of open) drop();
    },
  };
}

/** Deliveries to a healthy webhook, published one by one and many at once. */
async function expectHealthyToArrive(): Promise<void> {
  const webhook = await createOwnWebhook(app, healthy.url);
  const calls = () => healthy.calls.filter((call) => call.path === webhook.path);
  for (let n = 1; n <= 10; n += 1) {
    await webhook.publishFor([`INV-${n}`]);
    await waitFor('the call', () => calls().length === n);
  }
  await webhook.publishMany(100);
  expect(countByStatus(await allFinished(app, webhook.id, 110))).toEqual({ DELIVERED: 110 });
}

/** How many of each webhook's deliveries wait. */
async function waiting(webhooks: readonly { id: string }[]): Promise<number[]> {
  const counts: number[] = [];
  for (const { id } of webhooks) counts.push(await waitingFor(app, id, 'CAPACITY'));
  return counts;
}

const SLOW = { timeoutMs: 30_000, retrySchedule: [0, 1, 1, 1, 1, 1] };

test('an endpoint that never answers keeps half of a worker; the rest waits, and others arrive', async () => {
  const partner = await hangingPartner();
  const webhook = await createOwnWebhook(app, partner.url, SLOW);
  await webhook.publishMany(540);
  await waitFor('the rest to wait', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === 540 - HALF);
  await waitFor('half of the worker', () => partner.calls() === HALF);
  expect(await jobsOfWaiting(app)).toBe(0);
  await expectHealthyToArrive();
  expect(partner.calls()).toBe(HALF);
  // still so, and what comes now stands behind those that wait
  await webhook.publishFor(['INV-LATE']);
  await waitFor('it to wait', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === 541 - HALF);
  const isBack = (each: DeliveryState) => each.jobId === null && each.openRequestId === null;
  const back = (await deliveriesOf(app, webhook.id)).filter(isBack);
  expect(back.every(({ attempts, status }) => attempts === 0 && status === 'PENDING')).toBe(true);

  partner.wake();
  await circuitThatIs(app, webhook.id, ({ state }) => state === 'OPEN');
  await endPause(app, webhook.id);
  expect(countByStatus(await allFinished(app, webhook.id, 541))).toEqual({ DELIVERED: 541 });
  expect(partner.arrived.size).toBe(541);
});

test('two that never answer leave a third for the others, and both get everything when they wake up', async () => {
  const partners = await Promise.all([hangingPartner(), hangingPartner()]);
  const webhooks = await Promise.all(partners.map((partner) => createOwnWebhook(app, partner.url, SLOW)));
  await Promise.all(webhooks.map((webhook) => webhook.publishMany(420)));
  await waitFor('all but two thirds to wait', async () => {
    const onTheWire = partners.reduce((sum, partner) => sum + partner.calls(), 0);
    return (await waiting(webhooks)).reduce((sum, count) => sum + count) === 840 - onTheWire;
  });
  for (const partner of partners) expect(partner.calls()).toBeGreaterThan(100);
  await expectHealthyToArrive();

  for (const partner of partners) partner.wake();
  for (const webhook of webhooks) {
    await circuitThatIs(app, webhook.id, ({ state }) => state === 'OPEN');
    await endPause(app, webhook.id);
  }
  for (const [n, webhook] of webhooks.entries()) {
    expect(countByStatus(await allFinished(app, webhook.id, 420))).toEqual({ DELIVERED: 420 });
    expect(partners[n]?.arrived.size).toBe(420);
  }
});

test('a dead endpoint with many deliveries does not affect other webhooks', async () => {
  const webhook = await createOwnWebhook(app, `http://127.0.0.1:${await unusedPort()}/`, { retrySchedule: [0, 3600] });
  await webhook.publishMany(1_000);
  await circuitThatIs(app, webhook.id, ({ state }) => state === 'OPEN');
  await expectHealthyToArrive();
  const countTried = async () => (await deliveriesOf(app, webhook.id)).filter(({ attempts }) => attempts > 0).length;
  // none of the others keeps a job
  await waitFor('the others to wait', async () => {
    return (await waitingFor(app, webhook.id, 'CAPACITY')) + (await countTried()) === 1_000;
  });
  expect(await waitingFor(app, webhook.id, 'CAPACITY')).toBeGreaterThan(300);
  expect(await countTried()).toBeGreaterThanOrEqual(20);
});

test('many webhooks that wait at once do not hold up those that do not', async () => {
  const partner = await hangingPartner();
  partner.wake();
  const limited = await Promise.all(
    Array.from({ length: 60 }, () =>
      createOwnWebhook(app, partner.url, { rateLimit: { maxRequests: 1, seconds: 3_600 } }),
    ),
  );
  await Promise.all(limited.map((webhook) => webhook.publishMany(5)));
  await waitFor('all of them to wait', async () => {
    return (await waiting(limited)).every((count) => count === 4);
  });
  await expectHealthyToArrive();
  expect(partner.arrived.size).toBe(60);
});
