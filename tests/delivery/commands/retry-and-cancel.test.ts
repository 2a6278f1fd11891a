import { toNodeId, uuidOf } from '../../../src/ids';
import { startTestApp, type TestApp } from '../../support/app';
import { askMutation, mutate } from '../../support/mutate';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { allOver, attemptsOf, type DeliveryState, deliveriesOf, deliveryThatIs, turn } from '../attempt/ledger';

let app: TestApp;
let partner: Receiver;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
});
beforeEach(() => {
  partner.calls.length = 0;
  partner.answerWith(() => ({}));
});
afterAll(() => Promise.all([app.stop(), partner.stop()]));

let types = 0;

/** A webhook that gets the events of this test alone. */
async function webhookOfItsOwn(settings: object = {}) {
  types += 1;
  const documentType = `Type ${types}`;
  const webhook = await createTestWebhook(app, partner.url, { documentType, ...settings });
  const publishOne = (reference: string) => publish(app, [invoice(reference, { documentType })]);
  return { ...webhook, publishOne };
}

const LATER = { retrySchedule: [3600] };
const FAILS_THEN_LATER = { retrySchedule: [0, 3600] };

const waiting = (webhookId: string) =>
  deliveryThatIs(app, webhookId, 'waiting for a time', (each) => each.jobId !== null && each.openRequestId === null);
const nodeId = (delivery: DeliveryState) => toNodeId('Delivery', delivery.id);
const retry = (delivery: DeliveryState) =>
  mutate(app, 'retryDelivery', { id: nodeId(delivery) }, 'delivery { id status nextAttemptAt }');
const cancel = (delivery: DeliveryState, reason = 'the order was a mistake') =>
  mutate(
    app,
    'cancelDelivery',
    { id: nodeId(delivery), reason },
    'delivery { id status cancelRequested finishedAt nextAttemptAt }',
  );

async function auditOf(delivery: DeliveryState): Promise<{ action: string; details: unknown }[]> {
  const rows = await app.database.query<{ action: string; details: string | null }>(
    'select action, details from audit_entries where subject_id = $1 order by id',
    [delivery.id],
  );
  return rows.map(({ action, details }) => ({ action, details: details && JSON.parse(details) }));
}

const openJobs = async (delivery: DeliveryState) =>
  (
    await app.database.query<{ id: string }>(
      `select id from pgboss.job where data ->> 'deliveryId' = $1 and state in ('retry', 'active')
         or (data ->> 'deliveryId' = $1 and state = 'created' and start_after <= now())`,
      [delivery.id],
    )
  ).map(({ id }) => id);

describe('retryDelivery', () => {
  test('makes the first attempt come now', async () => {
    const webhook = await webhookOfItsOwn(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    expect(await retry(delivery)).toMatchObject({
      delivery: { id: nodeId(delivery), status: 'PENDING' },
      userErrors: [],
    });
    const [after] = await allOver(app, webhook.id, 1);
    expect(after).toMatchObject({ status: 'DELIVERED', attempts: 1 });
    expect(await auditOf(delivery)).toEqual([{ action: 'delivery.retried', details: null }]);
  });

  test('makes the next attempt come now, and the schedule goes on after it', async () => {
    partner.answerWith(() => ({ status: 500 }));
    const webhook = await webhookOfItsOwn({ retrySchedule: [0, 3600, 7200] });
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

  test('ordered twice at once makes one attempt', async () => {
    const webhook = await webhookOfItsOwn(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    await Promise.all([retry(delivery), retry(delivery), retry(delivery)]);
    const [after] = await allOver(app, webhook.id, 1);
    await waitFor('no due job', async () => (await openJobs(delivery)).length === 0);
    expect(after).toMatchObject({ status: 'DELIVERED', attempts: 1 });
    expect(partner.calls).toHaveLength(1);
  });

  test('is refused while an attempt is on the wire', async () => {
    const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
    partner.answerWith(() => ({ after }));
    const webhook = await webhookOfItsOwn();
    await webhook.publishOne('INV-1');
    await waitFor('the call', () => partner.calls.length === 1);
    const [delivery] = (await deliveriesOf(app, webhook.id)) as [DeliveryState];
    expect((await retry(delivery)).userErrors).toEqual([
      { field: ['id'], code: 'CONFLICT', message: expect.stringContaining('on the wire') },
    ]);
    letAnswer();
    await allOver(app, webhook.id, 1);
    expect(partner.calls).toHaveLength(1);
  });

  test('is refused while the webhook is paused, also before its delivery was seen to be held', async () => {
    const webhook = await webhookOfItsOwn(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    await turn(app, 'pause', webhook.id);
    expect((await retry(delivery)).userErrors).toMatchObject([
      { code: 'CONFLICT', message: expect.stringContaining('resume the webhook') },
    ]);
    await turn(app, 'resume', webhook.id);
    expect((await retry(delivery)).userErrors).toEqual([]);
    await allOver(app, webhook.id, 1);
  });

  test.each(['DELIVERED', 'EXHAUSTED', 'CANCELLED'])('is refused for a delivery that is %s', async (status) => {
    const webhook = await webhookOfItsOwn();
    await webhook.publishOne('INV-1');
    const [delivery] = (await allOver(app, webhook.id, 1)) as [DeliveryState];
    await app.database.query('update deliveries set status = $2 where id = $1', [delivery.id, status]);
    expect((await retry(delivery)).userErrors).toEqual([
      { field: ['id'], code: 'CONFLICT', message: `The delivery is ${status}: replayDelivery sends it again.` },
    ]);
    expect(partner.calls).toHaveLength(1);
  });

  test.each(['CAPACITY', 'PREDECESSOR'])('is refused for a delivery that waits for %s', async (what) => {
    const webhook = await webhookOfItsOwn(LATER);
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

describe('cancelDelivery', () => {
  test('ends a delivery that waits for its time, and nothing is sent', async () => {
    const webhook = await webhookOfItsOwn(LATER);
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
    expect(await auditOf(delivery)).toEqual([
      {
        action: 'delivery.cancelled',
        details: { reason: 'the order was a mistake', from: 'PENDING', isOnTheWire: false },
      },
    ]);
  });

  test('ends a delivery whose job is due at this very moment: either way it is accounted for', async () => {
    const webhook = await webhookOfItsOwn();
    for (let n = 0; n < 20; n += 1) await webhook.publishOne(`INV-${n}`);
    const seen = await deliveriesOf(app, webhook.id);
    await Promise.all(seen.map((delivery) => cancel(delivery)));
    const after = await allOver(app, webhook.id, 20);
    for (const { status, attempts } of after) expect([`DELIVERED 1`, `CANCELLED 0`]).toContain(`${status} ${attempts}`);
    expect(partner.calls).toHaveLength(after.filter(({ status }) => status === 'DELIVERED').length);
  });

  test('ends a held delivery, and resuming the webhook does not bring it back', async () => {
    const webhook = await webhookOfItsOwn();
    await turn(app, 'pause', webhook.id);
    await webhook.publishOne('INV-1');
    const delivery = await deliveryThatIs(app, webhook.id, 'held', (each) => each.held);
    expect((await cancel(delivery)).delivery.status).toBe('CANCELLED');
    await turn(app, 'resume', webhook.id);
    await webhook.publishOne('INV-2');
    await deliveryThatIs(app, webhook.id, 'delivered', (each) => each.status === 'DELIVERED');
    expect(partner.calls).toHaveLength(1);
  });

  test('leaves an attempt on the wire alone: when it arrives, the delivery is DELIVERED', async () => {
    const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
    partner.answerWith(() => ({ after }));
    const webhook = await webhookOfItsOwn(FAILS_THEN_LATER);
    await webhook.publishOne('INV-1');
    await waitFor('the call', () => partner.calls.length === 1);
    const [delivery] = (await deliveriesOf(app, webhook.id)) as [DeliveryState];
    expect((await cancel(delivery)).delivery).toMatchObject({ status: 'PENDING', cancelRequested: true });
    letAnswer();
    expect(await allOver(app, webhook.id, 1)).toMatchObject([{ status: 'DELIVERED', attempts: 1 }]);
  });

  test('leaves an attempt on the wire alone: when it fails, there is no other', async () => {
    const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
    partner.answerWith(() => ({ status: 500, after }));
    const webhook = await webhookOfItsOwn({ retrySchedule: [0, 0, 0] });
    await webhook.publishOne('INV-1');
    await waitFor('the call', () => partner.calls.length === 1);
    const [delivery] = (await deliveriesOf(app, webhook.id)) as [DeliveryState];
    await Promise.all([cancel(delivery), cancel(delivery)]);
    letAnswer();
    expect(await allOver(app, webhook.id, 1)).toMatchObject([{ status: 'CANCELLED', attempts: 1, jobId: null }]);
    expect(await attemptsOf(app, webhook.id)).toMatchObject([{ status: 'FAILED' }]);
    expect(await auditOf(delivery)).toMatchObject([{ details: { isOnTheWire: true } }]);
  });

  test('twice is once: the second changes nothing', async () => {
    const webhook = await webhookOfItsOwn(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    const first = await cancel(delivery);
    const second = await cancel(delivery, 'again');
    expect(second).toEqual(first);
    expect(await auditOf(delivery)).toHaveLength(1);
  });

  test('passes over a delivery that was given up, and those that it held back go on in order', async () => {
    partner.answerWith((call) => (JSON.parse(call.body.toString()).data.version === 1 ? { status: 500 } : {}));
    types += 1;
    const documentType = `Type ${types}`;
    const webhook = await createTestWebhook(app, partner.url, { documentType, ordering: 'HOLD', retrySchedule: [0] });
    for (const version of [1, 2, 3]) await publish(app, [invoice('INV-1', { documentType, data: { version } })]);
    const given = await deliveryThatIs(app, webhook.id, 'given up', (each) => each.status === 'EXHAUSTED');
    await waitFor('the others to wait', async () => {
      const [, ...others] = await deliveriesOf(app, webhook.id);
      return others.length === 2 && others.every(({ jobId, finishedAt }) => jobId === null && finishedAt === null);
    });
    expect((await cancel(given)).delivery.status).toBe('CANCELLED');
    const after = await allOver(app, webhook.id, 3);
    expect(after.map(({ status }) => status)).toEqual(['CANCELLED', 'DELIVERED', 'DELIVERED']);
    expect(partner.calls.map((call) => JSON.parse(call.body.toString()).data.version)).toEqual([1, 2, 3]);
  });

  test('in the middle of an order lets what waited for it go on', async () => {
    types += 1;
    const documentType = `Type ${types}`;
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
    const [, second] = await allOver(app, webhook.id, 2);
    expect(second).toMatchObject({ status: 'DELIVERED', attempts: 1 });
  });

  test.each(['DELIVERED', 'EXHAUSTED', 'SKIPPED'])('is refused for a delivery that is %s', async (status) => {
    const webhook = await webhookOfItsOwn();
    await webhook.publishOne('INV-1');
    const [delivery] = (await allOver(app, webhook.id, 1)) as [DeliveryState];
    await app.database.query('update deliveries set status = $2 where id = $1', [delivery.id, status]);
    expect((await cancel(delivery)).userErrors).toMatchObject([
      { code: 'CONFLICT', message: expect.stringContaining(`is ${status}`) },
    ]);
    expect(await auditOf(delivery)).toEqual([]);
  });

  test.each([
    ['no reason', '', 'REQUIRED'],
    ['a blank reason', ' \t', 'REQUIRED'],
    ['a reason with NUL', 'a\u0000b', 'INVALID'],
    ['a reason that is too long', 'x'.repeat(1_001), 'TOO_LARGE'],
  ])('needs a reason: %s', async (_title, reason, code) => {
    const webhook = await webhookOfItsOwn(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    expect((await cancel(delivery, reason)).userErrors).toMatchObject([{ field: ['reason'], code }]);
    expect(await waiting(webhook.id)).toMatchObject({ status: 'PENDING' });
  });
});

describe.each(['retryDelivery', 'cancelDelivery'])('%s', (name) => {
  const input = (id: string) => (name === 'cancelDelivery' ? { id, reason: 'why not' } : { id });

  test.each([
    ['nobody has', 'dlv_01a20e627b7e72e181c9b6095ed89765'],
    ['of something else', 'whk_01a20e627b7e72e181c9b6095ed89765'],
    ['that is none', ''],
    ['with a NUL', 'dlv_\u0000'],
  ])('finds nothing under an id %s', async (_title, id) => {
    const { delivery, userErrors } = await mutate(app, name, input(id), 'delivery { id }');
    expect(delivery).toBeNull();
    expect(userErrors).toMatchObject([{ field: ['id'], code: 'NOT_FOUND' }]);
  });

  test.each(['SUPPORT', 'AUDITOR', 'PUBLISHER'] as const)('is nothing for %s', async (role) => {
    const webhook = await webhookOfItsOwn(LATER);
    await webhook.publishOne('INV-1');
    const delivery = await waiting(webhook.id);
    const answer = await askMutation(app, name, input(nodeId(delivery)), 'delivery { id }', await app.keyFor(role));
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await waiting(webhook.id)).toMatchObject({ id: delivery.id, jobId: delivery.jobId });
  });
});

test('a manager of integrations may do both', async () => {
  const key = await app.keyFor('INTEGRATION_MANAGER');
  const webhook = await webhookOfItsOwn(LATER);
  await webhook.publishOne('INV-1');
  const id = nodeId(await waiting(webhook.id));
  partner.answerWith(() => ({ status: 500, delayMs: 50 }));
  const retried = await askMutation(app, 'retryDelivery', { id }, 'delivery { id }', key);
  expect(retried.data.retryDelivery).toEqual({ delivery: { id }, userErrors: [] });
  await deliveryThatIs(app, webhook.id, 'over', (each) => each.finishedAt !== null);
  const [row] = await app.database.query<{ actor: string }>(
    'select actor_id as actor from audit_entries where subject_id = $1',
    [uuidOf('Delivery', id)],
  );
  expect(row?.actor).not.toBeNull();
});
