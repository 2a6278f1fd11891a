import { setTimeout as wait } from 'node:timers/promises';
import { createLockedRows } from '../../../src/delivery/capacity/locked-rows.store';
import { decidePending } from '../../../src/delivery/engine/pending-decisions';
import { startRelay } from '../../../src/delivery/engine/relay';
import { startWorker } from '../../../src/delivery/engine/worker';
import { startWorkerLeases } from '../../../src/delivery/engine/worker-leases';
import { retryDeadLetters } from '../../../src/delivery/queue/dead-letter.store';
import { createProcessShare } from '../../../src/delivery/queue/process-share.store';
import { freeStranded } from '../../../src/delivery/queue/stranded-deliveries.store';
import { WHOLE } from '../../../src/sql/index-lookup';
import { pipelinedTransactions, type Transaction } from '../../../src/sql/transactions';
import { toNodeId, uuidOf } from '../../../src/values/ids';
import { useTestApp } from '../../support/app';
import { duringFile } from '../../support/during-file';
import { useReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { deliveriesOf, expireLeases } from '../attempt/stored-attempts';
import { NO_FIRST_ATTEMPTS, startParts } from '../worker-parts';
import { deadLetters, deliveredOf, makeRetriable, publishTen, refuse, theFifth } from './broken-rows';

const app = useTestApp({ PROCESSES: 'api' });
const parts = duringFile(() => startParts(app));
const partner = useReceiver();

// A delivery whose row was broken by hand stops no other.

async function tenDue(documentType: string): Promise<string> {
  const { id } = await createTestWebhook(app, partner.url, { documentType });
  await publishTen(app, documentType);
  await parts.fanOutAll();
  return id;
}

const change = (set: string, webhookId: string) =>
  app.database.query(`update deliveries as new set ${set} where ${theFifth(webhookId)}`);

const nineDelivered = (webhookId: string) =>
  waitFor('the others', async () => (await deliveredOf(app, webhookId)).length === 9);

describe('a delivery whose attempt cannot be begun', () => {
  const changed = (broken: string, repaired: string) => async (webhookId: string) => {
    await change(broken, webhookId);
    return () => change(repaired, webhookId);
  };
  test.each([
    ['headers are no JSON', changed(`headers = 'broken'`, `headers = '[]'`), /cannot be parsed/],
    ['attempts cannot be more', changed('attempts = 2147483647', 'attempts = 0'), /out of range/],
    [
      'request row is refused',
      (id: string) => refuse(app, 'webhook_request_logs', 'insert', theFifth(id)),
      /refused by hand/,
    ],
  ])('because its %s becomes a dead letter, and is sent when it is repaired', async (what, breakIt, error) => {
    const id = await tenDue(what);
    const repair = await breakIt(id);
    const worker = startWorker(parts);
    await nineDelivered(id);
    await waitFor('the dead letter', async () => (await deadLetters(app)).length > 0);
    expect(await deadLetters(app)).toEqual([{ kind: 'JOB', error: expect.stringMatching(error), failures: 1 }]);
    // not before its time
    expect(await retryDeadLetters(parts.db)).toBe(0);
    expect(await freeStranded(parts.db)).toBe(0);
    await makeRetriable(app);
    expect(await retryDeadLetters(parts.db)).toBe(1);
    await waitFor('the second failure', async () => (await deadLetters(app))[0]?.failures === 2);
    await repair();
    await makeRetriable(app);
    expect(await retryDeadLetters(parts.db)).toBe(1);
    await waitFor('the last one', async () => (await deliveredOf(app, id)).length === 10);
    await worker.stop(1_000);
    await retryDeadLetters(parts.db);
    expect(await deadLetters(app)).toEqual([]);
    expect((await deliveriesOf(app, id)).map(({ attempts }) => attempts)).toEqual(Array(10).fill(1));
  });

  test('because another session has locked it is put off, and begun when that session has ended', async () => {
    const id = await tenDue('Locked');
    const lock = app.database.query(
      `with locked as (select id from deliveries as new where ${theFifth(id)} for update) select pg_sleep(6) from locked`,
    );
    await wait(100);
    const transaction = pipelinedTransactions(parts.db.dataSource, { statementTimeoutMs: 1_000 });
    const worker = startWorker({ ...parts, transaction });
    await nineDelivered(id);
    await lock;
    await waitFor('the last one', async () => (await deliveredOf(app, id)).length === 10);
    await worker.stop(1_000);
    expect(await deadLetters(app)).toEqual([]);
  });

  test('is forgotten when it is cancelled', async () => {
    const id = await tenDue('Cancelled');
    await change(`headers = 'broken'`, id);
    const worker = startWorker(parts);
    await nineDelivered(id);
    await waitFor('the dead letter', async () => (await deadLetters(app)).length > 0);
    const fifth = (await deliveriesOf(app, id)).find((each) => each.referenceDocument === 'INV-5');
    const answer = await app.ask(
      'mutation ($id: ID!) { cancelDelivery(input: { deliveryId: $id, reason: "test" }) { delivery { status } userErrors { message } } }',
      { id: toNodeId('Delivery', fifth?.id as string) },
    );
    expect(answer.data.cancelDelivery).toEqual({ delivery: { status: 'CANCELLED' }, userErrors: [] });
    await retryDeadLetters(parts.db);
    expect(await deadLetters(app)).toEqual([]);
    await worker.stop(1_000);
  });
});

test('an attempt of a dead process that cannot be made again does not keep the others from it', async () => {
  const id = await tenDue('Dead');
  expect(await parts.take()).toHaveLength(10);
  const repair = await refuse(app, 'deliveries', 'update', `${theFifth(id)} and new.job_id is not null`);
  let tookOver = 0;
  const leases = startWorkerLeases({
    ...parts,
    onTakenOver: () => {
      tookOver += 1;
    },
  });
  await expireLeases(app);
  await waitFor('the take-over', () => tookOver > 0);
  const withoutJob = async () =>
    (await deliveriesOf(app, id)).filter(({ jobId }) => jobId === null).map((each) => each.referenceDocument);
  expect(await withoutJob()).toEqual(['INV-5']);
  await repair();
  expect(await freeStranded(parts.db)).toBe(1);
  await waitFor('the second take-over', () => tookOver > 1);
  expect(await withoutJob()).toEqual([]);
  await leases.stop();
});

// What cannot be done, as those who read the API see it.

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

// A row that was locked by hand, or a deadlock with it, delays what needs the row, and no other for long.

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
