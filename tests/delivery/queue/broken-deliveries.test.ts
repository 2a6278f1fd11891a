// A delivery whose row was broken by hand stops no other.
import { setTimeout as wait } from 'node:timers/promises';
import { startWorker } from '../../../src/delivery/attempt/worker';
import { startWorkerLeases } from '../../../src/delivery/attempt/worker-leases';
import { retryDeadLetters } from '../../../src/delivery/queue/dead-letter.store';
import { freeStranded } from '../../../src/delivery/queue/stranded-deliveries.store';
import { toNodeId } from '../../../src/ids';
import { pipelinedTransactions } from '../../../src/sql/transactions';
import { startTestApp, type TestApp } from '../../support/app';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook } from '../../support/webhooks';
import { deliveriesOf, expireLeases } from '../attempt/stored-attempts';
import { type Parts, startParts } from '../worker-parts';
import { deadLetters, deliveredOf, makeRetriable, publishTen, refuse, theFifth } from './broken-rows';

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
