import { uuidOf } from '../../../src/values/ids';
import { useTestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { useFreshReceiver, useReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook } from '../../support/webhooks';
import { strays } from '../attempt/invariants';
import { allFinished, attemptsOf, countByStatus, deliveriesOf, deliveryThatIs } from '../attempt/stored-attempts';
import { circuitOf, circuitThatIs, createOwnWebhook, endPause, prolongPause, waitingFor } from './circuit-states';

const app = useTestApp();
/** Receives the events of Hookledger itself. */
const owner = useReceiver();
const partner = useFreshReceiver();
beforeAll(async () => {
  await createTestWebhook(app, owner.url, { name: 'Owner', documentType: 'Hookledger' });
});
beforeEach(() => {
  owner.calls.length = 0;
});
afterEach(async () => {
  expect(await strays(app)).toEqual([]);
});

const ONE_TRY = { retrySchedule: [0] };

/** The events that the owner received about a webhook or its deliveries. */
function ownEventsOf(webhookId: string, event: string) {
  return owner.calls
    .map((call) => JSON.parse(call.body.toString()))
    .filter((body) => body.type === event && body.data.webhook.id === webhookId)
    .map((body) => body.data);
}

/** Without those of another test's webhook, whose pause may be over by now. */
const callsOf = ({ path }: { path: string }) => partner.calls.filter((call) => call.path === path);

/** A webhook whose circuit 20 failures have opened, for longer than any test takes. */
async function brokenWebhook(settings: object = ONE_TRY) {
  partner.answerWith(() => ({ status: 500 }));
  const webhook = await createOwnWebhook(app, partner.url, settings);
  await webhook.publishMany(20);
  await circuitThatIs(app, webhook.id, ({ state }) => state === 'OPEN');
  await prolongPause(app, webhook.id);
  return webhook;
}

/** When the last attempt was over. */
async function lastEndOf(webhookId: string): Promise<number> {
  return Math.max(...(await attemptsOf(app, webhookId)).map(({ finishedAt }) => (finishedAt as Date).getTime()));
}

const moveFailingSince = (webhookId: string, interval: string) =>
  app.database.query(`update webhook_circuits set failing_since = now() - $2::interval where webhook_id = $1`, [
    uuidOf('Webhook', webhookId),
    interval,
  ]);

const statusOf = async (id: string) =>
  (await app.ask('query ($id: ID!) { webhook(id: $id) { status statusReason circuit { state failures } } }', { id }))
    .data.webhook;

test('19 failures leave the circuit closed, the twentieth in a row opens it', async () => {
  partner.answerWith(() => ({ status: 500 }));
  const webhook = await createOwnWebhook(app, partner.url, ONE_TRY);
  await webhook.publishMany(19);
  await allFinished(app, webhook.id, 19);
  expect(await circuitOf(app, webhook.id)).toMatchObject({ state: 'CLOSED', failures: 19 });
  await webhook.publishMany(1);
  const open = await circuitThatIs(app, webhook.id, ({ state }) => state === 'OPEN');
  expect(open).toMatchObject({ failures: 20, reason: 'The last 20 attempts failed.' });
  const pauseS = ((open.openUntil as Date).getTime() - (await lastEndOf(webhook.id))) / 1000;
  expect(pauseS).toBeGreaterThan(23.9);
  expect(pauseS).toBeLessThan(48);
});

test('a success resets the failures of attempts that began after it', async () => {
  const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
  partner.answerWith((_call, n) => (n === 1 ? { after } : { status: 500 }));
  const webhook = await createOwnWebhook(app, partner.url, { ...ONE_TRY, timeoutMs: 30_000 });
  await webhook.publishMany(1);
  await waitFor('the first attempt on the wire', () => callsOf(webhook).length === 1);
  await webhook.publishMany(1);
  await circuitThatIs(app, webhook.id, ({ failures }) => failures === 1);
  letAnswer();
  expect(countByStatus(await allFinished(app, webhook.id, 2))).toEqual({ DELIVERED: 1, EXHAUSTED: 1 });
  expect(await circuitOf(app, webhook.id)).toMatchObject({ state: 'CLOSED', failures: 0, failingSince: null });
});

test('failures among successes open nothing, also when all of them were on the wire at once', async () => {
  const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
  partner.answerWith((_call, n) => ({ status: n % 5 === 0 ? 500 : 200, after }));
  const webhook = await createOwnWebhook(app, partner.url, { ...ONE_TRY, timeoutMs: 30_000 });
  await webhook.publishMany(150);
  await waitFor('all of them on the wire', () => callsOf(webhook).length === 150);
  letAnswer();
  expect(countByStatus(await allFinished(app, webhook.id, 150))).toEqual({ DELIVERED: 120, EXHAUSTED: 30 });
  expect(await circuitOf(app, webhook.id)).toMatchObject({ state: 'CLOSED', openings: 0 });
  expect(ownEventsOf(webhook.id, 'webhook.failing')).toEqual([]);
});

test('while it is open nothing is sent, and deliveries wait without using up attempts', async () => {
  const webhook = await brokenWebhook();
  partner.answerWith(() => ({}));
  const sent = callsOf(webhook).length;
  await webhook.publishFor(Array.from({ length: 30 }, (_, n) => `INV-W${n}`));
  await waitFor('all to wait', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === 30);
  const answer = await app.ask(
    `query ($id: ID!) { deliveries(where: { webhook: { id: { eq: $id } }, status: { eq: PENDING } }, first: 30) {
      edges { node { waitsFor attempts nextAttemptAt } } } }`,
    { id: webhook.id },
  );
  const nodes = answer.data.deliveries.edges.map((edge: { node: object }) => edge.node);
  expect(nodes).toEqual(Array(30).fill({ waitsFor: 'CAPACITY', attempts: 0, nextAttemptAt: null }));
  expect(callsOf(webhook)).toHaveLength(sent);
});

test('after the pause one probe goes: while it fails the others wait longer, and when it arrives all follow', async () => {
  const webhook = await brokenWebhook();
  await webhook.publishFor(Array.from({ length: 12 }, (_, n) => `INV-W${n}`));
  await waitFor('all to wait', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === 12);
  const sent = callsOf(webhook).length;
  for (const [failed, leastMs] of [
    [1, 48_000],
    [2, 96_000],
  ] as const) {
    await endPause(app, webhook.id);
    const again = await circuitThatIs(app, webhook.id, ({ openings }) => openings === failed + 1);
    expect(again.state).toBe('OPEN');
    expect(callsOf(webhook)).toHaveLength(sent + failed);
    expect((again.openUntil as Date).getTime() - (await lastEndOf(webhook.id))).toBeGreaterThan(leastMs - 100);
    expect(await waitingFor(app, webhook.id, 'CAPACITY')).toBe(12 - failed);
  }
  const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
  partner.answerWith(() => ({ after }));
  await endPause(app, webhook.id);
  await waitFor('the probe', () => callsOf(webhook).length === sent + 3);
  const { state, probeDeliveryId } = await circuitOf(app, webhook.id);
  expect([state, probeDeliveryId]).toEqual(['HALF_OPEN', (await deliveriesOf(app, webhook.id))[22]?.id]);
  // the others wait for its answer
  expect(await waitingFor(app, webhook.id, 'CAPACITY')).toBe(9);
  expect(callsOf(webhook)).toHaveLength(sent + 3);
  letAnswer();
  const deliveries = await allFinished(app, webhook.id, 32);
  expect(countByStatus(deliveries)).toEqual({ EXHAUSTED: 22, DELIVERED: 10 });
  expect(await circuitOf(app, webhook.id)).toMatchObject({ state: 'CLOSED', failures: 0, failingSince: null });
});

test('a delivery that is due again while the circuit is open waits as well', async () => {
  const webhook = await brokenWebhook({ retrySchedule: [0, 1, 1] });
  await waitFor('all to wait', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === 20);
  expect((await deliveriesOf(app, webhook.id)).every(({ attempts }) => attempts === 1)).toBe(true);
  partner.answerWith(() => ({}));
  await endPause(app, webhook.id);
  const deliveries = await allFinished(app, webhook.id, 20);
  expect(deliveries.every(({ status, attempts }) => status === 'DELIVERED' && attempts === 2)).toBe(true);
});

test('a probe that is cancelled while it is on its way is replaced by another', async () => {
  const webhook = await brokenWebhook();
  await webhook.publishFor(['INV-A', 'INV-B']);
  await waitFor('both to wait', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === 2);
  const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
  partner.answerWith(() => (callsOf(webhook).length === 21 ? { status: 500, after } : {}));
  await endPause(app, webhook.id);
  await waitFor('the probe', () => callsOf(webhook).length === 21);
  const probe = (await deliveriesOf(app, webhook.id))[20];
  const id = `dlv_${probe?.id.replaceAll('-', '')}`;
  await mutate(app, 'cancelDelivery', { deliveryId: id, reason: 'no longer wanted' });
  letAnswer();
  await circuitThatIs(app, webhook.id, ({ openings }) => openings === 2);
  await endPause(app, webhook.id);
  const deliveries = await allFinished(app, webhook.id, 22);
  expect(deliveries.slice(20).map(({ status }) => status)).toEqual(['CANCELLED', 'DELIVERED']);
});

test('a probe of which nothing is to be expected any more is replaced by another at once', async () => {
  const webhook = await brokenWebhook();
  await webhook.publishFor(['INV-A', 'INV-B', 'INV-C']);
  await waitFor('all to wait', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === 3);
  partner.answerWith(() => ({}));
  // as if it had been cancelled between its job and its attempt
  await app.database.query(
    `update webhook_circuits set state = 'HALF_OPEN', open_until = now() + interval '1 hour', probe_delivery_id = (
       select id from deliveries where webhook_id = $1 and status = 'EXHAUSTED' limit 1) where webhook_id = $1`,
    [uuidOf('Webhook', webhook.id)],
  );
  await waitFor('all', async () => countByStatus(await deliveriesOf(app, webhook.id)).DELIVERED === 3);
});

test('a probe goes only when the limits of its webhook let it', async () => {
  const webhook = await brokenWebhook({ ...ONE_TRY, rateLimit: { maxRequests: 20, seconds: 3600 } });
  await webhook.publishFor(['INV-A', 'INV-B']);
  await waitFor('both to wait', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === 2);
  partner.answerWith(() => ({}));
  await endPause(app, webhook.id);
  await mutate(app, 'updateWebhook', { id: webhook.id, rateLimit: { maxRequests: 21, seconds: 3600 } });
  await circuitThatIs(app, webhook.id, ({ state }) => state === 'CLOSED');
  expect(await waitingFor(app, webhook.id, 'CAPACITY')).toBe(1);
  expect(callsOf(webhook)).toHaveLength(21);
});

test('a test that arrives closes the circuit, and all that waits follows', async () => {
  const webhook = await brokenWebhook();
  await webhook.publishFor(['INV-A', 'INV-B', 'INV-C']);
  await waitFor('all to wait', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === 3);
  partner.answerWith(() => ({}));
  const given = { documentType: webhook.documentType, event: 'on_submit', referenceDocument: 'TEST', data: {} };
  const { userErrors } = await mutate(app, 'testWebhook', { id: webhook.id, sample: { given } });
  expect(userErrors).toEqual([]);
  await waitFor('all', async () => countByStatus(await deliveriesOf(app, webhook.id)).DELIVERED === 4);
});

describe('the owner', () => {
  test('receives one event when a webhook begins to fail, and one when it works again', async () => {
    const webhook = await brokenWebhook();
    await webhook.publishFor(['INV-A', 'INV-B']);
    await endPause(app, webhook.id);
    await circuitThatIs(app, webhook.id, ({ openings }) => openings === 2);
    partner.answerWith(() => ({}));
    await endPause(app, webhook.id);
    await waitFor('the news', () => ownEventsOf(webhook.id, 'webhook.recovered')[0]);
    const [failing] = ownEventsOf(webhook.id, 'webhook.failing');
    expect(failing).toMatchObject({
      reason: 'The last 20 attempts failed.',
      failures: 20,
      webhook: { name: 'Partner' },
    });
    await webhook.publishFor(['INV-C']);
    await deliveryThatIs(app, webhook.id, 'C', (each) => each.referenceDocument === 'INV-C' && !!each.finishedAt);
    expect(ownEventsOf(webhook.id, 'webhook.failing')).toHaveLength(1);
    expect(ownEventsOf(webhook.id, 'webhook.recovered')).toHaveLength(1);
  });

  test('receives one event for each delivery that is given up', async () => {
    partner.answerWith(() => ({ status: 404 }));
    const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 0] });
    await webhook.publishFor(['INV-A', 'INV-B']);
    await waitFor('two', () => ownEventsOf(webhook.id, 'delivery.exhausted').length === 2);
    const news = ownEventsOf(webhook.id, 'delivery.exhausted');
    expect(news.map((each) => each.referenceDocument).sort()).toEqual(['INV-A', 'INV-B']);
    expect(news[0]).toMatchObject({ attempts: 2, lastError: { code: 'HTTP_STATUS', status: 404 } });
  });

  test('learns when a webhook is disabled, which happens after five days without a success', async () => {
    const webhook = await brokenWebhook();
    await webhook.publishFor(['INV-A', 'INV-B']);
    await moveFailingSince(webhook.id, '4 days 23 hours 59 minutes');
    await endPause(app, webhook.id);
    await circuitThatIs(app, webhook.id, ({ openings }) => openings === 2);
    expect((await statusOf(webhook.id)).status).toBe('ACTIVE');

    await moveFailingSince(webhook.id, '5 days');
    await endPause(app, webhook.id);
    const [news] = await waitFor('the news', () => {
      const found = ownEventsOf(webhook.id, 'webhook.disabled');
      return found.length > 0 && found;
    });
    const { status, statusReason } = await statusOf(webhook.id);
    expect(status).toBe('DISABLED');
    expect(statusReason).toMatch(/^nothing has arrived since \S+Z: 22 attempts failed$/);
    expect(news).toMatchObject({ reason: statusReason, webhook: { name: 'Partner' }, owner: 'Administrator' });
    expect(ownEventsOf(webhook.id, 'webhook.disabled')).toHaveLength(1);
  });
});
