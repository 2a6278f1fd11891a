// What cannot be done, as those who read the API see it.
import { startWorker } from '../../../src/delivery/attempt/worker';
import { retryDeadLetters } from '../../../src/delivery/queue/dead-letter.store';
import { toNodeId } from '../../../src/ids';
import { startTestApp, type TestApp } from '../../support/app';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook } from '../../support/webhooks';
import { deliveriesOf } from '../attempt/stored-attempts';
import { type Parts, startParts } from '../worker-parts';
import { deadLetters, deliveredOf, publishTen, theFifth } from './broken-rows';

let app: TestApp;
let partner: Receiver;
let parts: Parts;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp({ PROCESSES: 'api' }), startReceiver()]);
  parts = await startParts(app);
});
afterAll(async () => {
  await partner.stop();
  await parts.stop();
  await app.stop();
});

test('a delivery shows why it is not sent, without values of the row, and retryDelivery tries it at once', async () => {
  const { id } = await createTestWebhook(app, partner.url, { documentType: 'Shown' });
  await publishTen(app, 'Shown');
  await parts.fanOutAll();
  const change = (set: string) => app.database.query(`update deliveries as new set ${set} where ${theFifth(id)}`);
  await change('attempts = 2147483647');
  const worker = startWorker(parts);
  await waitFor('the dead letter', async () => (await deadLetters(app)).length > 0);
  const fifth = (await deliveriesOf(app, id)).find((each) => each.referenceDocument === 'INV-5');
  const delivery = toNodeId('Delivery', fifth?.id as string);
  const SHOWN = 'deadLetter { id kind code failures createdAt failedAt retryAt delivery { id } }';
  const support = await app.keyFor('SUPPORT');
  const { data } = await app.ask(`{ delivery(id: "${delivery}") { ${SHOWN} } }`, {}, support);
  const { deadLetter } = data.delivery;
  expect(deadLetter).toMatchObject({ kind: 'JOB', code: '22003', failures: 1, delivery: { id: delivery } });
  expect(Date.parse(deadLetter.retryAt)).toBeGreaterThan(Date.parse(deadLetter.failedAt));
  const listed = await app.ask('{ deadLetters { nodes { id error } } }');
  expect(listed.data.deadLetters.nodes).toEqual([{ id: deadLetter.id, error: expect.stringMatching('out of range') }]);
  for (const role of ['SUPPORT', 'INTEGRATION_MANAGER', 'AUDITOR'] as const) {
    const { errors } = await app.ask('{ deadLetters { nodes { error } } }', {}, await app.keyFor(role));
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  }
  await change('attempts = 0');
  const retried = await app.ask(
    `mutation { retryDelivery(input: { deliveryId: "${delivery}" }) { userErrors { message } } }`,
  );
  expect(retried.data.retryDelivery.userErrors).toEqual([]);
  await waitFor('the last one', async () => (await deliveredOf(app, id)).length === 10);
  await worker.stop(1_000);
  await retryDeadLetters(parts.db);
  expect((await app.ask(`{ delivery(id: "${delivery}") { deadLetter { id } } }`)).data.delivery.deadLetter).toBeNull();
});
