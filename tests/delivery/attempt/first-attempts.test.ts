import { startWorker } from '../../../src/delivery/engine/worker';
import type { Transaction } from '../../../src/sql/transactions';
import { uuidOf } from '../../../src/values/ids';
import { NEVER } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook } from '../../support/webhooks';
import { startDirect } from '../first-attempt-steps';
import { strays } from './invariants';
import { allFinished, deliveriesOf, turn } from './stored-attempts';
import { isDirect, workerSteps } from './worker-steps';

const { app, partner, parts, direct, webhookFor, jobs, leases } = workerSteps();

describe('what nothing holds back', () => {
  test('is opened with its delivery, under one lease, and never has a job', async () => {
    const worker = startWorker(parts);
    const own = direct(worker);
    const webhook = await webhookFor();
    for (let n = 0; n < 3; n += 1) {
      await webhook.publishMany(1);
      (await own.fanOut()).onCommit();
    }
    const deliveries = await allFinished(app, webhook.id, 3);
    await worker.stop(1_000);
    expect(deliveries.map(({ status, attempts, jobId }) => [status, attempts, jobId])).toEqual(
      Array(3).fill(['DELIVERED', 1, null]),
    );
    expect(partner.calls).toHaveLength(3);
    expect(await jobs()).toEqual([]);
    expect(await leases()).toHaveLength(1);
    await own.stop();
    expect(await leases()).toEqual([]);
  });

  test('is retried by the queue', async () => {
    partner.answerWith(() => ({ status: 500 }));
    const worker = startWorker(parts);
    const own = direct(worker);
    const webhook = await webhookFor({ retrySchedule: [0, 3600] });
    await webhook.publishMany(1);
    (await own.fanOut()).onCommit();
    await waitFor('a job', async () => (await jobs()).length === 1);
    await worker.stop(1_000);
    expect(await deliveriesOf(app, webhook.id)).toMatchObject([
      { status: 'RETRYING', attempts: 1, openRequestId: null, jobId: expect.any(String) },
    ]);
    expect(await strays(app)).toEqual([]);
  });

  // what was sent after a commit that a power failure undoes would be sent again, and the log would not have it
  test('is sent after a commit that waits for the disk, where jobs alone need not', async () => {
    const committed: (boolean | undefined)[] = [];
    const transaction: Transaction = (work, options) => {
      committed.push(options?.durable);
      return parts.transaction(work, options);
    };
    const own = startDirect({ ...parts, fanOutParts: { ...parts.fanOutParts, transaction } }, null);
    const [webhook, limited] = [await webhookFor(), await webhookFor({ rateLimit: { maxRequests: 4, seconds: 1 } })];
    await webhook.publishMany(1);
    (await own.fanOut()).onCommit();
    expect([own.sent.length, committed]).toEqual([1, [true]]);
    await limited.publishMany(1);
    (await own.fanOut()).onCommit();
    expect([own.sent.length, committed]).toEqual([1, [true, false]]);
    await own.stop();
  });
});

describe('what must wait goes to the queue, or waits beside it', () => {
  test.each([
    ['a rate limit', { rateLimit: { maxRequests: 4, seconds: 1 } }],
    ['a maximum concurrency', { maxConcurrency: 2 }],
    ['an ordering', { ordering: 'HOLD' }],
    ['a first attempt that is due later', { retrySchedule: [60] }],
  ])('with %s', async (_what, settings) => {
    const own = direct();
    const webhook = await webhookFor(settings);
    await webhook.publishMany(1);
    (await own.fanOut()).onCommit();
    expect(own.sent).toEqual([]);
    expect(await deliveriesOf(app, webhook.id)).toMatchObject([{ jobId: expect.any(String), openRequestId: null }]);
    expect(await jobs()).toHaveLength(1);
  });

  test.each([
    ['an open circuit', `update webhook_circuits set state = 'OPEN', open_until = now() + interval '1 h'`],
    ['deliveries that wait', 'update webhook_circuits set has_waiting = true'],
  ])('with %s', async (_what, change) => {
    const own = direct();
    const webhook = await webhookFor();
    await app.database.query(`${change} where webhook_id = $1`, [uuidOf('Webhook', webhook.id)]);
    await webhook.publishMany(1);
    (await own.fanOut()).onCommit();
    expect(own.sent).toEqual([]);
    expect(await deliveriesOf(app, webhook.id)).toMatchObject([{ jobId: null, openRequestId: null }]);
    expect(await jobs()).toEqual([]);
  });

  test('while its webhook is paused', async () => {
    const own = direct();
    const webhook = await webhookFor();
    await turn(app, 'pause', webhook.id);
    await webhook.publishMany(1);
    (await own.fanOut()).onCommit();
    expect(await deliveriesOf(app, webhook.id)).toMatchObject([{ held: true, jobId: null, openRequestId: null }]);
  });

  test('while its webhook is being changed, and those to other webhooks do not wait', async () => {
    const own = direct();
    const [webhook, other] = [await webhookFor(), await webhookFor()];
    await webhook.publishMany(1);
    await other.publishMany(1);
    await parts.transaction(async (db) => {
      const lock = `select pg_advisory_xact_lock(hashtext('hookledger.webhook'), hashtext($1::text))`;
      await db.query(lock, [uuidOf('Webhook', webhook.id)]);
      (await own.fanOut()).onCommit();
    });
    expect(await deliveriesOf(app, webhook.id)).toMatchObject([{ jobId: expect.any(String), openRequestId: null }]);
    expect((await deliveriesOf(app, other.id)).map(isDirect)).toEqual([true]);
  });

  test('beyond the share of the webhook, in the order of the events', async () => {
    const own = direct(null, { slots: 6 });
    const webhook = await webhookFor();
    await webhook.publishMany(5);
    (await own.fanOut()).onCommit();
    const deliveries = await deliveriesOf(app, webhook.id);
    expect(deliveries.map(isDirect)).toEqual([true, true, true, false, false]);
    expect(await jobs()).toHaveLength(2);
  });

  test('behind deliveries that wait in the queue, until the worker has taken them', async () => {
    const own = direct(null, { slots: 6 });
    const webhook = await webhookFor();
    const other = await webhookFor();
    await webhook.publishMany(5);
    (await own.fanOut()).onCommit();
    for (const { delivery } of own.sent.splice(0)) own.capacity.release(delivery.webhookId, 0);
    const before = own.queueBacklog.mark();
    await webhook.publishMany(1);
    await other.publishMany(1);
    (await own.fanOut()).onCommit();
    expect((await deliveriesOf(app, webhook.id)).map(isDirect)).toEqual([true, true, true, false, false, false]);
    expect((await deliveriesOf(app, other.id)).map(isDirect)).toEqual([true]);
    // a take that began before the last of them were queued has not seen them
    own.queueBacklog.taken(before, 1, true);
    expect(own.queueBacklog.mustQueue(uuidOf('Webhook', webhook.id) as string)).toBe(true);
    own.queueBacklog.taken(own.queueBacklog.mark(), 1, false);
    expect(own.queueBacklog.mustQueue(uuidOf('Webhook', other.id) as string)).toBe(true);
    own.queueBacklog.taken(own.queueBacklog.mark(), 1, true);
    await webhook.publishMany(1);
    (await own.fanOut()).onCommit();
    expect((await deliveriesOf(app, webhook.id)).at(-1)).toMatchObject({ jobId: null });
  });

  test('beyond 250 of one transaction: one event may match thousands of webhooks', async () => {
    const own = direct();
    const { documentType, publishMany } = await webhookFor();
    for (let n = 1; n < 260; n += 1) await createTestWebhook(app, partner.url, { documentType });
    await publishMany(1);
    (await own.fanOut()).onCommit();
    expect(own.sent).toHaveLength(250);
    expect(await jobs()).toHaveLength(10);
  });

  test('beyond 64 MiB of bodies on the wire', async () => {
    const own = direct();
    // what counts is the body of each delivery; the webhooks of an event share one
    const { documentType, publishMany } = await webhookFor();
    for (let n = 1; n < 10; n += 1) await createTestWebhook(app, partner.url, { documentType });
    const large = { text: 'x'.repeat(250_000) };
    for (let n = 0; n < 9; n += 1) {
      await publishMany(3, large);
      (await own.fanOut()).onCommit();
    }
    const bytes = own.sent.reduce((sum, { delivery }) => sum + (delivery.body?.length ?? 0), 0);
    expect(bytes).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(bytes).toBeGreaterThan(63 * 1024 * 1024);
    expect((await jobs()).length).toBe(270 - own.sent.length);
  });
});

test('a paused webhook gets nothing after the pause has returned, whatever was opened before', async () => {
  partner.answerWith((_call, n) => (n === 1 ? NEVER : {}));
  const webhook = await webhookFor({ timeoutMs: 30_000 });
  const worker = startWorker(parts);
  const own = direct(worker);
  await webhook.publishMany(1);
  (await own.fanOut()).onCommit();
  await waitFor('the call', () => partner.calls.length === 1);
  await turn(app, 'pause', webhook.id);
  await worker.stop(100);
  const next = startWorker(parts);
  await waitFor('the delivery to be held', async () => (await deliveriesOf(app, webhook.id))[0]?.held);
  await next.stop(1_000);
  expect(partner.calls).toHaveLength(1);
});
