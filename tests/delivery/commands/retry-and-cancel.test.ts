import { setTimeout as wait } from 'node:timers/promises';
import { uuidOf } from '../../../src/values/ids';
import { useTestApp } from '../../support/app';
import { askMutation, mutate } from '../../support/mutate';
import { useFreshReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import {
  allFinished,
  attemptsOf,
  type DeliveryState,
  deliveriesOf,
  deliveryThatIs,
  turn,
} from '../attempt/stored-attempts';
import { auditOf, createOwnWebhook, LATER, nodeId, uniqueType, waitingDelivery } from './own-webhook';

const app = useTestApp();
const partner = useFreshReceiver();

const ownWebhook = (settings?: object) => createOwnWebhook(app, partner, settings);
const waiting = (webhookId: string) => waitingDelivery(app, webhookId);

describe.each(['retryDelivery', 'cancelDelivery'])('%s', (name) => {
  const input = (id: string) =>
    name === 'cancelDelivery' ? { deliveryId: id, reason: 'why not' } : { deliveryId: id };

  test.each([
    ['that does not exist', 'dlv_01a20e627b7e72e181c9b6095ed89765'],
    ['of something else', 'whk_01a20e627b7e72e181c9b6095ed89765'],
    ['that is none', ''],
    ['with a NUL', 'dlv_\u0000'],
  ])('finds nothing under an id %s', async (_title, id) => {
    const { delivery, userErrors } = await mutate(app, name, input(id), 'delivery { id }');
    expect(delivery).toBeNull();
    expect(userErrors).toMatchObject([{ field: ['deliveryId'], code: 'NOT_FOUND' }]);
  });

  test.each(['SUPPORT', 'AUDITOR', 'PUBLISHER'] as const)('is not allowed for %s', async (role) => {
    const webhook = await ownWebhook(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    const answer = await askMutation(app, name, input(nodeId(delivery)), 'delivery { id }', await app.keyFor(role));
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await waiting(webhook.id)).toMatchObject({ id: delivery.id, jobId: delivery.jobId });
  });
});

test('a manager of integrations may do both', async () => {
  const key = await app.keyFor('INTEGRATION_MANAGER');
  const webhook = await ownWebhook(LATER);
  await webhook.publishOne('INV-1');
  const id = nodeId(await waiting(webhook.id));
  partner.answerWith(() => ({ status: 500, delayMs: 50 }));
  const retried = await askMutation(app, 'retryDelivery', { deliveryId: id }, 'delivery { id }', key);
  expect(retried.data.retryDelivery).toEqual({ delivery: { id }, userErrors: [] });
  await deliveryThatIs(app, webhook.id, 'over', (each) => each.finishedAt !== null);
  const [row] = await app.database.query<{ actor: string }>(
    'select actor_id as actor from audit_entries where subject_id = $1',
    [uuidOf('Delivery', id)],
  );
  expect(row?.actor).not.toBeNull();
});

const retry = (delivery: DeliveryState) =>
  mutate(app, 'retryDelivery', { deliveryId: nodeId(delivery) }, 'delivery { id status nextAttemptAt }');

const openJobs = async (delivery: DeliveryState) =>
  (
    await app.database.query<{ id: string }>(
      'select id from delivery_jobs where delivery_id = $1 and due_at <= now()',
      [delivery.id],
    )
  ).map(({ id }) => id);

describe('retryDelivery', () => {
  test('makes the first attempt due now', async () => {
    const webhook = await ownWebhook(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    expect(await retry(delivery)).toMatchObject({
      delivery: { id: nodeId(delivery), status: 'PENDING' },
      userErrors: [],
    });
    const [after] = await allFinished(app, webhook.id, 1);
    expect(after).toMatchObject({ status: 'DELIVERED', attempts: 1 });
    expect(await auditOf(app, delivery)).toEqual([{ action: 'delivery.retried', reason: null, details: null }]);
  });

  test('makes the next attempt due now, and the schedule continues after it', async () => {
    partner.answerWith(() => ({ status: 500 }));
    const webhook = await ownWebhook({ retrySchedule: [0, 3600, 7200] });
    await webhook.publishOne('INV-1');
    const delivery = await deliveryThatIs(app, webhook.id, 'retrying', (each) => each.status === 'RETRYING');
    await retry(delivery);
    const after = await deliveryThatIs(
      app,
      webhook.id,
      'retrying after two',
      (each) => each.attempts === 2 && each.nextAttemptAt !== null,
    );
    const waitMs = (after.nextAttemptAt as Date).getTime() - Date.now();
    expect(waitMs).toBeGreaterThan(0.8 * 7_200_000 - 10_000);
    expect(waitMs).toBeLessThan(1.2 * 7_200_000);
  });

  test('requested three times at once makes one attempt', async () => {
    const webhook = await ownWebhook(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    await Promise.all([retry(delivery), retry(delivery), retry(delivery)]);
    const [after] = await allFinished(app, webhook.id, 1);
    await waitFor('no due job', async () => (await openJobs(delivery)).length === 0);
    expect(after).toMatchObject({ status: 'DELIVERED', attempts: 1 });
    expect(partner.calls).toHaveLength(1);
  });

  test('is refused while an attempt is being sent', async () => {
    const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
    partner.answerWith(() => ({ after }));
    const webhook = await ownWebhook();
    await webhook.publishOne('INV-1');
    await waitFor('the call', () => partner.calls.length === 1);
    const [delivery] = (await deliveriesOf(app, webhook.id)) as [DeliveryState];
    expect((await retry(delivery)).userErrors).toEqual([
      { field: ['deliveryId'], code: 'CONFLICT', message: expect.stringContaining('on the wire') },
    ]);
    letAnswer();
    await allFinished(app, webhook.id, 1);
    expect(partner.calls).toHaveLength(1);
  });

  test('is refused while the webhook is paused, also before its delivery was seen to be held', async () => {
    const webhook = await ownWebhook(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    await turn(app, 'pause', webhook.id);
    expect((await retry(delivery)).userErrors).toMatchObject([
      { code: 'CONFLICT', message: expect.stringContaining('resume the webhook') },
    ]);
    await turn(app, 'resume', webhook.id);
    expect((await retry(delivery)).userErrors).toEqual([]);
    await allFinished(app, webhook.id, 1);
  });

  test.each(['DELIVERED', 'EXHAUSTED', 'CANCELLED'])('is refused for a delivery that is %s', async (status) => {
    const webhook = await ownWebhook();
    await webhook.publishOne('INV-1');
    const [delivery] = (await allFinished(app, webhook.id, 1)) as [DeliveryState];
    await app.database.query('update deliveries set status = $2 where id = $1', [delivery.id, status]);
    expect((await retry(delivery)).userErrors).toEqual([
      { field: ['deliveryId'], code: 'CONFLICT', message: `The delivery is ${status}: replayDelivery sends it again.` },
    ]);
    expect(partner.calls).toHaveLength(1);
  });

  test.each(['CAPACITY', 'PREDECESSOR'])('is refused for a delivery that waits for %s', async (what) => {
    const webhook = await ownWebhook(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    await app.database.query(
      'update deliveries set waits_for = $2, job_id = null, next_attempt_at = null where id = $1',
      [delivery.id, what],
    );
    const [refused] = (await retry(delivery)).userErrors;
    expect(refused).toMatchObject({ code: 'CONFLICT', message: expect.stringMatching(/^It waits /) });
  });
});

const FAILS_THEN_LATER = { retrySchedule: [0, 3600] };

const cancel = (delivery: DeliveryState, reason = 'the order was a mistake') =>
  mutate(
    app,
    'cancelDelivery',
    { deliveryId: nodeId(delivery), reason },
    'delivery { id status cancelRequested finishedAt nextAttemptAt }',
  );

async function cancellationOf(delivery: Parameters<typeof nodeId>[0]) {
  const query = 'query ($id: ID!) { delivery(id: $id) { cancelReason cancelledBy { name } } }';
  return (await app.ask(query, { id: nodeId(delivery) })).data.delivery;
}

describe('cancelDelivery', () => {
  test('ends a delivery that waits for its time, and nothing is sent', async () => {
    const webhook = await ownWebhook(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    const { delivery: cancelled, userErrors } = await cancel(delivery);
    expect(userErrors).toEqual([]);
    expect(cancelled).toMatchObject({
      status: 'CANCELLED',
      cancelRequested: false,
      nextAttemptAt: null,
      finishedAt: expect.any(String),
    });
    expect(await deliveriesOf(app, webhook.id)).toMatchObject([{ status: 'CANCELLED', jobId: null }]);
    expect(await auditOf(app, delivery)).toEqual([
      {
        action: 'delivery.cancelled',
        reason: 'the order was a mistake',
        details: { from: 'PENDING', isOnTheWire: false },
      },
    ]);
    expect(await cancellationOf(delivery)).toEqual({
      cancelReason: 'the order was a mistake',
      cancelledBy: { name: 'Administrator' },
    });
  });

  test('is told from a delivery whose webhook was archived, and from one that goes on', async () => {
    const webhook = await ownWebhook(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    expect(await cancellationOf(delivery)).toEqual({ cancelReason: null, cancelledBy: null });
    await turn(app, 'archive', webhook.id);
    expect(await cancellationOf(delivery)).toEqual({ cancelReason: null, cancelledBy: { name: 'Administrator' } });
  });

  test('is told from the archiving of its webhook, which came later', async () => {
    const webhook = await ownWebhook(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    await cancel(delivery);
    // the times of both are whole milliseconds
    await wait(5);
    const key = await app.keyFor('INTEGRATION_MANAGER');
    const archive = `mutation { archiveWebhook(input: { id: "${webhook.id}" }) { webhook { status } } }`;
    expect((await app.ask(archive, {}, key)).data.archiveWebhook.webhook).toEqual({ status: 'ARCHIVED' });
    expect(await cancellationOf(delivery)).toEqual({
      cancelReason: 'the order was a mistake',
      cancelledBy: { name: 'Administrator' },
    });
  });

  test('ends a delivery whose job is due at this very moment: either way it is accounted for', async () => {
    const webhook = await ownWebhook();
    for (let n = 0; n < 20; n += 1) await webhook.publishOne(`INV-${n}`);
    const seen = await deliveriesOf(app, webhook.id);
    await Promise.all(seen.map((delivery) => cancel(delivery)));
    const after = await allFinished(app, webhook.id, 20);
    for (const { status, attempts } of after) expect([`DELIVERED 1`, `CANCELLED 0`]).toContain(`${status} ${attempts}`);
    expect(partner.calls).toHaveLength(after.filter(({ status }) => status === 'DELIVERED').length);
  });

  test('ends a held delivery, and resuming the webhook does not bring it back', async () => {
    const webhook = await ownWebhook();
    await turn(app, 'pause', webhook.id);
    await webhook.publishOne('INV-1');
    const delivery = await deliveryThatIs(app, webhook.id, 'held', (each) => each.held);
    expect((await cancel(delivery)).delivery.status).toBe('CANCELLED');
    await turn(app, 'resume', webhook.id);
    await webhook.publishOne('INV-2');
    await deliveryThatIs(app, webhook.id, 'delivered', (each) => each.status === 'DELIVERED');
    expect(partner.calls).toHaveLength(1);
  });

  test('does not stop an attempt that is being sent: when it arrives, the delivery is DELIVERED', async () => {
    const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
    partner.answerWith(() => ({ after }));
    const webhook = await ownWebhook(FAILS_THEN_LATER);
    await webhook.publishOne('INV-1');
    await waitFor('the call', () => partner.calls.length === 1);
    const [delivery] = (await deliveriesOf(app, webhook.id)) as [DeliveryState];
    expect((await cancel(delivery)).delivery).toMatchObject({ status: 'PENDING', cancelRequested: true });
    letAnswer();
    expect(await allFinished(app, webhook.id, 1)).toMatchObject([{ status: 'DELIVERED', attempts: 1 }]);
  });

  test('does not stop an attempt that is being sent: when it fails, there is no other', async () => {
    const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
    partner.answerWith(() => ({ status: 500, after }));
    const webhook = await ownWebhook({ retrySchedule: [0, 0, 0] });
    await webhook.publishOne('INV-1');
    await waitFor('the call', () => partner.calls.length === 1);
    const [delivery] = (await deliveriesOf(app, webhook.id)) as [DeliveryState];
    await Promise.all([cancel(delivery), cancel(delivery)]);
    letAnswer();
    expect(await allFinished(app, webhook.id, 1)).toMatchObject([{ status: 'CANCELLED', attempts: 1, jobId: null }]);
    expect(await attemptsOf(app, webhook.id)).toMatchObject([{ status: 'FAILED' }]);
    expect(await auditOf(app, delivery)).toMatchObject([{ details: { isOnTheWire: true } }]);
  });

  test('a second cancellation changes nothing', async () => {
    const webhook = await ownWebhook(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    const first = await cancel(delivery);
    const second = await cancel(delivery, 'again');
    expect(second).toEqual(first);
    expect(await auditOf(app, delivery)).toHaveLength(1);
  });

  test('of a delivery that was given up lets the deliveries behind it continue in order', async () => {
    partner.answerWith((call) => (JSON.parse(call.body.toString()).data.version === 1 ? { status: 500 } : {}));
    const documentType = uniqueType();
    const webhook = await createTestWebhook(app, partner.url, { documentType, ordering: 'HOLD', retrySchedule: [0] });
    for (const version of [1, 2, 3]) await publish(app, [invoice('INV-1', { documentType, data: { version } })]);
    const given = await deliveryThatIs(app, webhook.id, 'given up', (each) => each.status === 'EXHAUSTED');
    await waitFor('the others to wait', async () => {
      const [, ...others] = await deliveriesOf(app, webhook.id);
      return others.length === 2 && others.every(({ jobId, finishedAt }) => jobId === null && finishedAt === null);
    });
    expect((await cancel(given)).delivery.status).toBe('CANCELLED');
    const after = await allFinished(app, webhook.id, 3);
    expect(after.map(({ status }) => status)).toEqual(['CANCELLED', 'DELIVERED', 'DELIVERED']);
    expect(partner.calls.map((call) => JSON.parse(call.body.toString()).data.version)).toEqual([1, 2, 3]);
  });

  test('of a delivery that others wait for lets them continue', async () => {
    const documentType = uniqueType();
    const webhook = await createTestWebhook(app, partner.url, {
      documentType,
      ordering: 'HOLD',
      retrySchedule: [3600],
    });
    await publish(
      app,
      [1, 2].map((version) => invoice('INV-1', { documentType, data: { version } })),
    );
    const first = await waiting(webhook.id);
    expect(await deliveriesOf(app, webhook.id)).toHaveLength(2);
    await cancel(first);
    const [, second] = await allFinished(app, webhook.id, 2);
    expect(second).toMatchObject({ status: 'DELIVERED', attempts: 1 });
  });

  test.each(['DELIVERED', 'EXHAUSTED', 'SKIPPED'])('is refused for a delivery that is %s', async (status) => {
    const webhook = await ownWebhook();
    await webhook.publishOne('INV-1');
    const [delivery] = (await allFinished(app, webhook.id, 1)) as [DeliveryState];
    await app.database.query('update deliveries set status = $2 where id = $1', [delivery.id, status]);
    expect((await cancel(delivery)).userErrors).toMatchObject([
      { code: 'CONFLICT', message: expect.stringContaining(`is ${status}`) },
    ]);
    expect(await auditOf(app, delivery)).toEqual([]);
  });

  test.each([
    ['no reason', '', 'REQUIRED'],
    ['a blank reason', ' \t', 'REQUIRED'],
    ['a reason with NUL', 'a\u0000b', 'INVALID'],
    ['a reason that is too long', 'x'.repeat(1_001), 'TOO_LARGE'],
  ])('needs a reason: %s', async (_title, reason, code) => {
    const webhook = await ownWebhook(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    expect((await cancel(delivery, reason)).userErrors).toMatchObject([{ field: ['reason'], code }]);
    expect(await waiting(webhook.id)).toMatchObject({ status: 'PENDING' });
  });
});
