import { startTestApp, type TestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { allFinished, type DeliveryState, deliveriesOf, deliveryThatIs, turn } from '../attempt/stored-attempts';
import { auditOf, createOwnWebhook, LATER, nodeId, waitingDelivery } from './own-webhook';

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

const ownWebhook = (settings?: object) => createOwnWebhook(app, partner, settings);
const waiting = (webhookId: string) => waitingDelivery(app, webhookId);

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
