// An event, a decision or an outcome that cannot be written stops no other: in the whole program.
import { retryDeadLetters } from '../../../src/delivery/queue/dead-letter.store';
import { useTestApp } from '../../support/app';
import { duringFile } from '../../support/during-file';
import { useReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { attemptsOf, type DeliveryState, deliveriesOf } from '../attempt/stored-attempts';
import { startParts } from '../worker-parts';
import { deadLetters, deliveredOf, makeRetriable, publishTen, refuse, theFifth } from './broken-rows';

const app = useTestApp();
const parts = duringFile(() => startParts(app));
const partner = useReceiver();

afterEach(async () => {
  await retryDeadLetters(parts.db);
  expect(await deadLetters(app)).toEqual([]);
});

const delivered = (webhookId: string, count: number) =>
  waitFor(`${count} delivered`, async () => (await deliveredOf(app, webhookId)).length === count);

// a condition: it is not fanned out by the publishing transaction
const webhookFor = (documentType: string) => createTestWebhook(app, partner.url, { documentType, condition: 'true' });

async function fifthOf(webhookId: string, isSo: (delivery: DeliveryState) => boolean): Promise<boolean> {
  return (await deliveriesOf(app, webhookId)).some((each) => each.referenceDocument === 'INV-5' && isSo(each));
}

async function retry(): Promise<void> {
  await makeRetriable(app);
  expect(await retryDeadLetters(parts.db)).toBe(1);
}

test('a delivery that cannot be made keeps neither other events nor other webhooks from theirs', async () => {
  const [bad, good] = [await webhookFor('Made'), await webhookFor('Made')];
  const repair = await refuse(app, 'deliveries', 'insert', theFifth(bad.id));
  await publishTen(app, 'Made');
  await Promise.all([delivered(bad.id, 9), delivered(good.id, 10)]);
  await waitFor('the dead letter', async () => (await deadLetters(app)).length > 0);
  expect(await deadLetters(app)).toEqual([{ kind: 'DECISION', error: 'refused by hand', failures: 1 }]);
  await publish(app, [invoice('INV-10', { documentType: 'Made' })]);
  await Promise.all([delivered(bad.id, 10), delivered(good.id, 11)]);
  await repair();
  await retry();
  await delivered(bad.id, 11);
});

test('an event that cannot leave the outbox stops no other', async () => {
  const { id } = await webhookFor('Left');
  const repair = await refuse(app, 'business_events', 'update', `new.reference_document = 'INV-5'`);
  await publishTen(app, 'Left');
  await delivered(id, 9);
  await waitFor('the dead letter', async () => (await deadLetters(app)).length > 0);
  expect(await deadLetters(app)).toEqual([{ kind: 'EVENT', error: 'refused by hand', failures: 1 }]);
  const shown = await app.ask(
    '{ deadLetters { nodes { kind code businessEvent { referenceDocument deadLetters { nodes { kind } } } } } }',
    {},
    await app.keyFor('SUPPORT'),
  );
  const event = { referenceDocument: 'INV-5', deadLetters: { nodes: [{ kind: 'EVENT' }] } };
  expect(shown.data.deadLetters.nodes).toEqual([{ kind: 'EVENT', code: 'P0001', businessEvent: event }]);
  await publish(app, [invoice('INV-10', { documentType: 'Left' })]);
  await delivered(id, 10);
  await repair();
  await retry();
  await delivered(id, 11);
});

test('an outcome that cannot be written stops no other, and its attempt becomes UNKNOWN', async () => {
  const { id } = await createTestWebhook(app, partner.url, { documentType: 'Closed' });
  const repair = await refuse(app, 'webhook_request_logs', 'update', theFifth(id));
  await publishTen(app, 'Closed');
  await delivered(id, 9);
  await waitFor('the dead letter', async () => (await deadLetters(app)).length > 0);
  expect(await deadLetters(app)).toEqual([{ kind: 'JOB', error: 'refused by hand', failures: 1 }]);
  await repair();
  await retry();
  await delivered(id, 10);
  const [fifth] = (await deliveriesOf(app, id)).filter((each) => each.referenceDocument === 'INV-5');
  const attempts = (await attemptsOf(app, id)).filter(({ deliveryId }) => deliveryId === fifth?.id);
  expect(attempts.map(({ status }) => status)).toEqual(['UNKNOWN', 'SUCCEEDED']);
});

test('a waiting delivery that cannot be made due stops neither its webhook nor others', async () => {
  const own = { documentType: 'Due', maxConcurrency: 2 };
  const [bad, good] = await Promise.all([
    createTestWebhook(app, partner.url, own),
    createTestWebhook(app, partner.url, own),
  ]);
  const repair = await refuse(app, 'deliveries', 'update', `${theFifth(bad.id)} and new.job_id is not null`);
  await publishTen(app, 'Due');
  await waitFor('it to wait for capacity', () =>
    fifthOf(bad.id, ({ jobId, openRequestId }) => !jobId && !openRequestId),
  );
  await Promise.all([delivered(bad.id, 9), delivered(good.id, 10)]);
  await repair();
  await waitFor('the last one', async () => (await deliveredOf(app, bad.id)).length === 10);
});

test('a call whose delivery cannot be made is answered, as the others that share its transaction', async () => {
  const { id } = await createTestWebhook(app, partner.url, { documentType: 'Called' });
  const repair = await refuse(app, 'deliveries', 'insert', theFifth(id));
  await Promise.all(
    Array.from({ length: 10 }, (_, n) => publish(app, [invoice(`INV-${n}`, { documentType: 'Called' })])),
  );
  await delivered(id, 9);
  await waitFor('the dead letter', async () => (await deadLetters(app)).length > 0);
  await repair();
  await retry();
  await delivered(id, 10);
});
