import { uuidOf } from '../../../src/ids';
import { startTestApp, type TestApp } from '../../support/app';
import { askMutation, mutate } from '../../support/mutate';
import { type Receiver, startReceiver } from '../../support/receiver';
import { deliveryThatIs } from '../attempt/stored-attempts';
import { createOwnWebhook, LATER, nodeId, waitingDelivery } from './own-webhook';

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
