import { useTestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { type Answer, type ReceivedCall, useFreshReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { strays } from '../attempt/invariants';
import { allFinished, attemptsOf, countByStatus, deliveriesOf, deliveryThatIs, turn } from '../attempt/stored-attempts';
import { circuitOf, circuitThatIs, createOwnWebhook, endPause, waitingFor } from './circuit-states';

const app = useTestApp();
const partner = useFreshReceiver();

afterEach(async () => {
  expect(await strays(app)).toEqual([]);
});

/** The first call is answered so, all others with 200. */
const firstOnly = (answer: Answer) => (_call: ReceivedCall, n: number) => (n === 1 ? answer : {});
const gaps = () => partner.calls.slice(1).map((call, n) => call.at - (partner.calls[n] as ReceivedCall).at);
const isRetrying = ({ status }: { status: string }) => status === 'RETRYING';

describe('410 Gone', () => {
  test('410 Gone disables the webhook and holds what is open', async () => {
    partner.answerWith(() => ({ status: 410, delayMs: 50 }));
    const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 0, 0], maxConcurrency: 1 });
    await webhook.publishMany(5);
    await waitFor('all to be held', async () => {
      const deliveries = await deliveriesOf(app, webhook.id);
      return deliveries.length === 5 && deliveries.every((each) => each.held);
    });
    expect(partner.calls).toHaveLength(1);
    const { data } = await app.ask('query ($id: ID!) { webhook(id: $id) { status statusReason } }', { id: webhook.id });
    expect(data.webhook.status).toBe('DISABLED');
    expect(data.webhook.statusReason).toBe('the partner answered 410 Gone: it accepts no more deliveries');

    await webhook.publishFor(['INV-LATER']);
    const skipped = await deliveryThatIs(app, webhook.id, 'skipped', (each) => each.status === 'SKIPPED');
    expect(skipped).toMatchObject({ skipReason: 'WEBHOOK_DISABLED', referenceDocument: 'INV-LATER' });
    expect(skipped.skipMessage).toContain('410 Gone');
    expect(partner.calls).toHaveLength(1);
  });

  test('resuming the webhook afterwards sends what was held, the one that was answered with 410 as well', async () => {
    partner.answerWith((_call, n) => (n <= 3 ? { status: 410 } : {}));
    const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 0, 0, 0, 0], maxConcurrency: 1 });
    await webhook.publishMany(4);
    const held = async () => (await deliveriesOf(app, webhook.id)).filter((each) => each.held).length === 4;
    for (const calls of [1, 2, 3]) {
      await waitFor('all to be held', held);
      expect(partner.calls).toHaveLength(calls);
      await turn(app, 'resume', webhook.id);
    }
    expect(countByStatus(await allFinished(app, webhook.id, 4))).toEqual({ DELIVERED: 4 });
    expect(partner.calls).toHaveLength(7);
  });

  test('says nothing about other webhooks of the same partner', async () => {
    partner.answerWith(firstOnly({ status: 410 }));
    const [gone, other] = await Promise.all([createOwnWebhook(app, partner.url), createOwnWebhook(app, partner.url)]);
    await gone.publishMany(1);
    await deliveryThatIs(app, gone.id, 'held', (each) => each.held || each.status === 'RETRYING');
    await other.publishMany(3);
    expect(countByStatus(await allFinished(app, other.id, 3))).toEqual({ DELIVERED: 3 });
  });
});

describe('429, 502, 503 and 504', () => {
  test('429, 502, 503 and 504 hold back the whole webhook, not only the delivery', async () => {
    for (const status of [429, 502, 503, 504]) {
      partner.calls.length = 0;
      partner.answerWith(() => ({ status, headers: { 'retry-after': '3600' } }));
      const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 1] });
      await webhook.publishMany(1);
      await deliveryThatIs(app, webhook.id, 'retrying', isRetrying);
      expect(await circuitOf(app, webhook.id)).toMatchObject({
        state: 'OPEN',
        reason: `The endpoint answered ${status}, which asks for fewer requests.`,
      });
      await webhook.publishFor(['INV-A', 'INV-B']);
      await waitFor('two to wait', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === 2);
      const waiting = (await deliveriesOf(app, webhook.id)).slice(1);
      expect(waiting.map(({ attempts, status, jobId }) => ({ attempts, status, jobId }))).toEqual(
        Array(2).fill({ attempts: 0, status: 'PENDING', jobId: null }),
      );
      expect(partner.calls).toHaveLength(1);
    }
  });

  test('500 holds back the delivery alone', async () => {
    partner.answerWith(firstOnly({ status: 500, headers: { 'retry-after': '3600' } }));
    const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 3600] });
    await webhook.publishMany(1);
    await deliveryThatIs(app, webhook.id, 'retrying', isRetrying);
    await webhook.publishFor(['INV-A', 'INV-B']);
    await waitFor('the others', async () => countByStatus(await deliveriesOf(app, webhook.id)).DELIVERED === 2);
    expect(await circuitOf(app, webhook.id)).toMatchObject({ state: 'CLOSED' });
  });

  test('without a Retry-After the webhook is tried again after some seconds, each time fewer of them', async () => {
    partner.answerWith((_call, n) => (n <= 2 ? { status: 503 } : {}));
    const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 0, 0, 0], maxConcurrency: 1 });
    await webhook.publishMany(6);
    expect(countByStatus(await allFinished(app, webhook.id, 6))).toEqual({ DELIVERED: 6 });
    // 1 s and 2 s, spread by 20 %: one probe after each of them, and then the others
    expect(gaps()[0]).toBeGreaterThanOrEqual(795);
    expect(gaps()[1]).toBeGreaterThanOrEqual(1_595);
    expect(partner.calls).toHaveLength(8);
    expect(await circuitOf(app, webhook.id)).toMatchObject({ state: 'CLOSED', failures: 0, openings: 0, reason: null });
  });
});

describe('Retry-After', () => {
  const inSeconds = (seconds: number) => new Date(Math.ceil(Date.now() / 1000) * 1000 + seconds * 1000).toUTCString();

  test.each([
    ['seconds', () => '2', 2_000],
    ['a date', () => inSeconds(2), 2_000],
  ])('Retry-After is honoured for the delivery and for the webhook (%s)', async (_form, value, leastMs) => {
    // a date counts from the answer, not from the beginning of the test
    partner.answerWith((_call, n) => (n === 1 ? { status: 503, headers: { 'retry-after': value() } } : {}));
    const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 0, 0] });
    await webhook.publishMany(1);
    const delivery = await deliveryThatIs(app, webhook.id, 'retrying', isRetrying);
    await webhook.publishFor(['INV-A', 'INV-B']);
    expect(countByStatus(await allFinished(app, webhook.id, 3))).toEqual({ DELIVERED: 3 });
    const [asked, ...later] = partner.calls.map((call) => call.at) as [number, ...number[]];
    expect((delivery.nextAttemptAt as Date).getTime()).toBeGreaterThanOrEqual(asked + leastMs - 20);
    // a date names whole seconds, and is read a moment after it was written
    for (const at of later) expect(at - asked).toBeGreaterThanOrEqual(leastMs - 20);
  });

  test('with any other failure it is the delivery that waits for it', async () => {
    partner.answerWith(firstOnly({ status: 500, headers: { 'retry-after': '7200' } }));
    const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 1] });
    await webhook.publishMany(1);
    const { nextAttemptAt } = await deliveryThatIs(app, webhook.id, 'retrying', isRetrying);
    const [attempt] = await attemptsOf(app, webhook.id);
    const answeredAt = attempt?.finishedAt?.getTime() ?? Number.NaN;
    expect((nextAttemptAt as Date).getTime()).toBeGreaterThanOrEqual(answeredAt + 7_199_000);
  });

  test('never makes an attempt come earlier than the schedule says', async () => {
    partner.answerWith(firstOnly({ status: 500, headers: { 'retry-after': '1' } }));
    const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 3600] });
    await webhook.publishMany(1);
    const { nextAttemptAt } = await deliveryThatIs(app, webhook.id, 'retrying', isRetrying);
    expect((nextAttemptAt as Date).getTime()).toBeGreaterThan(Date.now() + 2_800_000);
  });

  test('an absurd Retry-After is cut: a day for the delivery, an hour for the webhook', async () => {
    for (const value of ['999999999999999999999', 'Fri, 31 Dec 9999 23:59:59 GMT']) {
      partner.calls.length = 0;
      partner.answerWith(() => ({ status: 429, headers: { 'retry-after': value } }));
      const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 1] });
      await webhook.publishMany(1);
      const { nextAttemptAt } = await deliveryThatIs(app, webhook.id, 'retrying', isRetrying);
      const { openUntil } = await circuitOf(app, webhook.id);
      const hoursFromNow = (at: Date | null) => ((at as Date).getTime() - Date.now()) / 3_600_000;
      expect(hoursFromNow(nextAttemptAt)).toBeCloseTo(24, 1);
      expect(hoursFromNow(openUntil)).toBeCloseTo(1, 1);
    }
  });

  test.each([
    ['a negative number', '-5'],
    ['a word', 'soon'],
    ['empty', ''],
    ['not ASCII', '\u00ff\u00fe'],
    ['10,000 characters', 'x'.repeat(10_000)],
  ])('one that is %s is as if there were none', async (_what, value) => {
    partner.answerWith(firstOnly({ status: 503, headers: { 'retry-after': value } }));
    const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 3600] });
    await webhook.publishMany(1);
    await deliveryThatIs(app, webhook.id, 'retrying', isRetrying);
    const { state, openUntil } = await circuitOf(app, webhook.id);
    expect(state).toBe('OPEN');
    expect((openUntil as Date).getTime() - Date.now()).toBeLessThan(1_200);
  });
});

test('an endpoint that answers again gets everything that waited', async () => {
  partner.answerWith(() => ({ status: 429, headers: { 'retry-after': '3600' } }));
  const webhook = await createOwnWebhook(app, partner.url, { retrySchedule: [0, 3600], timeoutMs: 30_000 });
  await webhook.publishMany(1);
  await circuitThatIs(app, webhook.id, ({ state }) => state === 'OPEN');
  // more than are dispatched at once
  await webhook.publishFor(Array.from({ length: 300 }, (_, n) => `INV-W${n}`));
  await waitFor('all to wait', async () => (await waitingFor(app, webhook.id, 'CAPACITY')) === 300);
  expect(partner.calls).toHaveLength(1);

  partner.answerWith(() => ({}));
  await endPause(app, webhook.id);
  await waitFor('everything', async () => countByStatus(await deliveriesOf(app, webhook.id)).DELIVERED === 300);
  expect(partner.calls).toHaveLength(301);
  expect((await deliveriesOf(app, webhook.id)).slice(1).every((each) => each.attempts === 1)).toBe(true);
  // only the one with Retry-After of an hour is left
  const [delayed] = await deliveriesOf(app, webhook.id);
  expect(delayed?.status).toBe('RETRYING');
  await mutate(app, 'retryDelivery', { deliveryId: `dlv_${delayed?.id.replaceAll('-', '')}` });
  expect(countByStatus(await allFinished(app, webhook.id, 301))).toEqual({ DELIVERED: 301 });
});
