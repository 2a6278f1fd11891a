// A row that was locked by hand, or a deadlock with it, delays what needs the row, and no other for long.
import { startWorker } from '../../../src/delivery/attempt/worker';
import { createLockedRows } from '../../../src/delivery/capacity/locked-rows';
import { decidePending } from '../../../src/delivery/fan-out/pending-decisions';
import { startRelay } from '../../../src/delivery/fan-out/relay';
import { createProcessShare } from '../../../src/delivery/queue/process-share';
import { uuidOf } from '../../../src/ids';
import { WHOLE } from '../../../src/sql/hash-part';
import { pipelinedTransactions, type Transaction } from '../../../src/sql/transactions';
import { startTestApp, type TestApp } from '../../support/app';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { deliveriesOf } from '../attempt/stored-attempts';
import { NO_FIRST_ATTEMPTS, type Parts, startParts } from '../worker-parts';
import { deadLetters, deliveredOf } from './broken-rows';

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

function relayWith(transaction: Transaction) {
  const share = createProcessShare(parts.db, () => null);
  const { directory, locked } = parts.fanOutParts;
  const firstAttempts = NO_FIRST_ATTEMPTS;
  const none = () => undefined;
  const { db, log } = parts;
  return startRelay({ db, log, transaction, directory, locked, share, firstAttempts, onQueued: none, onPending: none });
}

/** Keeps the circuit of a webhook locked. @returns ends that */
async function lockCircuit(webhookId: string): Promise<() => Promise<void>> {
  const runner = parts.db.dataSource.createQueryRunner();
  await runner.startTransaction();
  const id = uuidOf('Webhook', webhookId);
  await runner.query('select from webhook_circuits where webhook_id = $1 for update', [id]);
  return async () => {
    await runner.rollbackTransaction();
    await runner.release();
  };
}

test('an event whose webhook is locked leaves the decision about that one pending, until it is free', async () => {
  const documentType = 'Locked circuit';
  const bad = await createTestWebhook(app, partner.url, { documentType, ordering: 'HOLD' });
  const good = await createTestWebhook(app, partner.url, { documentType });
  const unlock = await lockCircuit(bad.id);
  await publish(app, [invoice('INV-1', { documentType })]);
  const transaction = pipelinedTransactions(parts.db.dataSource, { statementTimeoutMs: 3_000 });
  const relay = relayWith(transaction);
  await waitFor('the outbox is empty', async () => (await app.database.query('select from outbox')).length === 0);
  await relay.stop();
  // it is left, also if it was not known before that the webhook is locked
  const locked = createLockedRows(parts.db);
  expect(await decidePending({ ...parts.fanOutParts, locked, transaction: parts.transaction }, WHOLE)).toMatchObject({
    decided: 0,
    locked: 1,
  });
  expect(await deadLetters(app)).toEqual([]);
  expect((await deliveriesOf(app, good.id)).map(({ status }) => status)).toEqual(['PENDING']);
  await unlock();
  await waitFor('the decision', async () => (await decidePending(parts.fanOutParts, WHOLE)).decided === 1);
  expect(await deliveriesOf(app, bad.id)).toHaveLength(1);
  expect(await deadLetters(app)).toEqual([]);
});

/** The first transactions end as if each had met a deadlock. */
function meetingDeadlocks(number: number): Transaction {
  let met = 0;
  return (work, options) =>
    parts.transaction(async (db) => {
      if (met === number) return work(db);
      met += 1;
      await db.query(`do $$ begin raise 'deadlock detected' using errcode = '40P01'; end $$`);
      throw new Error('unreachable');
    }, options);
}

describe('what has met a deadlock, and then another one by itself, becomes no dead letter', () => {
  test('an attempt', async () => {
    const { id } = await createTestWebhook(app, partner.url, { documentType: 'Deadlocked' });
    await publish(app, [invoice('INV-1', { documentType: 'Deadlocked' })]);
    await parts.fanOutAll();
    const worker = startWorker({ ...parts, transaction: meetingDeadlocks(2) });
    await waitFor('the delivery', async () => (await deliveredOf(app, id)).length === 1);
    await worker.stop(1_000);
    expect(await deadLetters(app)).toEqual([]);
  });

  test('an event', async () => {
    const { id } = await createTestWebhook(app, partner.url, { documentType: 'Deadlocked event' });
    await publish(app, [invoice('INV-1', { documentType: 'Deadlocked event' })]);
    const relay = relayWith(meetingDeadlocks(3));
    await waitFor('its delivery', async () => (await deliveriesOf(app, id)).length === 1);
    await relay.stop();
    expect(await deadLetters(app)).toEqual([]);
  });
});
