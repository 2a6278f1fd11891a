import type { Attempt } from '../../../src/delivery/engine/attempt';
import { outcomeOf } from '../../../src/delivery/engine/outcome';
import { createOutcomeCommitter } from '../../../src/delivery/engine/outcome-committer';
import { startWorker } from '../../../src/delivery/engine/worker';
import { startWorkerLeases } from '../../../src/delivery/engine/worker-leases';
import type { SendResult } from '../../../src/delivery/http/send';
import { insertJobs } from '../../../src/delivery/queue/queue.store';
import { newId, uuidOf } from '../../../src/values/ids';
import { useTestApp } from '../../support/app';
import { duringFile } from '../../support/during-file';
import { useFreshReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { ANSWERED } from '../partner';
import { startParts } from '../worker-parts';
import { allFinished, attemptsOf, deliveriesOf, deliveryThatIs } from './stored-attempts';

const app = useTestApp({ PROCESSES: 'api' });
const parts = duringFile(() => startParts(app));
const partner = useFreshReceiver();

let types = 0;

/** A delivery that waits for its first attempt. @returns the id of its webhook */
async function oneDelivery(settings: object = {}, count = 1): Promise<string> {
  types += 1;
  const documentType = `Type ${types}`;
  const { id } = await createTestWebhook(app, partner.url, { documentType, ...settings });
  await publish(
    app,
    Array.from({ length: count }, (_, n) => invoice(`INV-${n}`, { documentType })),
  );
  await parts.fanOutAll();
  return id;
}

const refused: SendResult = { ...ANSWERED, responseStatus: 500, errorCode: 'HTTP_STATUS', error: 'It answered 500.' };

const commit = (attempt: Attempt, result: SendResult) =>
  createOutcomeCommitter({ ...parts, onCircuitOpened: () => undefined }).commit(outcomeOf(attempt, result, new Date()));

const jobsOf = (deliveryId: string) =>
  app.database.query<{ id: string }>('select id from delivery_jobs where delivery_id = $1', [deliveryId]);

describe('two workers that hold one delivery', () => {
  test('what the late one learnt is dropped: its row is UNKNOWN, and the delivery follows the new owner', async () => {
    const webhookId = await oneDelivery();
    const [late] = (await parts.take()) as [Attempt];
    await parts.giveAway(late.delivery.id);
    const [owner] = (await parts.take()) as [Attempt];
    expect(owner).toMatchObject({ attemptNumber: 2, delivery: { id: late.delivery.id } });

    await commit(late, ANSWERED);
    const [delivery] = await deliveriesOf(app, webhookId);
    expect(delivery).toMatchObject({ status: 'PENDING', openRequestId: owner.requestId, jobId: null });

    await commit(owner, ANSWERED);
    await allFinished(app, webhookId, 1);
    expect(await attemptsOf(app, webhookId)).toMatchObject([
      { attemptNumber: 1, status: 'UNKNOWN', errorCode: 'PROCESS_DIED' },
      { attemptNumber: 2, status: 'SUCCEEDED' },
    ]);
    expect(await jobsOf(late.delivery.id)).toEqual([]);
  });

  test('both outcomes in one batch leave what the owner says, and no job of the late one', async () => {
    const webhookId = await oneDelivery();
    const [late] = (await parts.take()) as [Attempt];
    await parts.giveAway(late.delivery.id);
    const [owner] = (await parts.take()) as [Attempt];
    const committer = createOutcomeCommitter({ ...parts, onCircuitOpened: () => undefined });
    await Promise.all([
      committer.commit(outcomeOf(late, refused, new Date())),
      committer.commit(outcomeOf(owner, ANSWERED, new Date())),
    ]);
    expect(await deliveriesOf(app, webhookId)).toMatchObject([{ status: 'DELIVERED' }]);
    expect(await jobsOf(owner.delivery.id)).toEqual([]);
  });

  test('an outcome that is committed twice, as after a commit whose answer was lost, counts once', async () => {
    const webhookId = await oneDelivery({ retrySchedule: [0, 3600] });
    const [attempt] = (await parts.take()) as [Attempt];
    await commit(attempt, refused);
    const [before] = await deliveriesOf(app, webhookId);
    await commit(attempt, refused);
    expect(await deliveriesOf(app, webhookId)).toEqual([before]);
    expect(await jobsOf(attempt.delivery.id)).toEqual([{ id: before?.jobId }]);
  });

  test('one worker that is given its own delivery again keeps the newer attempt after the older one ended', async () => {
    const [older, newer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    partner.answerWith((_call, n) => ({ after: (n === 1 ? older : newer).promise }));
    const webhookId = await oneDelivery();
    const leases = startWorkerLeases({ ...parts, onTakenOver: () => undefined });
    const worker = startWorker({ ...parts, leases });
    await waitFor('the first call', () => partner.calls.length === 1);
    const deliveryId = (await deliveriesOf(app, webhookId))[0]?.id as string;
    await parts.giveAway(deliveryId);
    await waitFor('the second call', () => partner.calls.length === 2);
    const expiry = async () => {
      const sql = `select max(l.expires_at)::text as at from worker_leases l
        join deliveries d on d.lease_id = l.id where d.id = $1`;
      return (await app.database.query<{ at: string }>(sql, [deliveryId]))[0]?.at;
    };
    older.resolve();
    await waitFor('the first outcome', async () => (await attemptsOf(app, webhookId))[0]?.status === 'UNKNOWN');
    const before = await expiry();
    await waitFor('the lease of the second attempt to be renewed', async () => (await expiry()) !== before);
    newer.resolve();
    const [delivery] = await allFinished(app, webhookId, 1);
    await worker.stop(0);
    await leases.stop();
    expect(delivery).toMatchObject({ status: 'DELIVERED', attempts: 2 });
  });
});

describe('a job that is left over', () => {
  test('is deleted without sending when it is not the one its delivery waits for', async () => {
    const webhookId = await oneDelivery();
    const [delivery] = await deliveriesOf(app, webhookId);
    const leftover = { id: newId(), deliveryId: delivery?.id as string, dueAt: null };
    await insertJobs(parts.db, [leftover]);
    const attempts = await parts.take();
    expect(attempts.map((attempt) => attempt.delivery.id)).toEqual([delivery?.id]);
    expect(await jobsOf(leftover.deliveryId)).toEqual([]);
    await commit(attempts[0] as Attempt, ANSWERED);
  });

  test('is deleted without sending when its delivery is finished', async () => {
    const webhookId = await oneDelivery();
    const [delivery] = await deliveriesOf(app, webhookId);
    const [attempt] = (await parts.take()) as [Attempt];
    await commit(attempt, ANSWERED);
    await insertJobs(parts.db, [{ id: delivery?.jobId as string, deliveryId: attempt.delivery.id, dueAt: null }]);
    expect(await parts.take()).toEqual([]);
    expect(await jobsOf(attempt.delivery.id)).toEqual([]);
    expect(await attemptsOf(app, webhookId)).toHaveLength(1);
  });
});

test('an attempt whose process died is closed as UNKNOWN also when its webhook was paused meanwhile', async () => {
  const webhookId = await oneDelivery();
  const [attempt] = (await parts.take()) as [Attempt];
  await app.database.query(`update webhooks set status = 'PAUSED' where id = $1`, [uuidOf('Webhook', webhookId)]);
  await parts.giveAway(attempt.delivery.id);
  expect(await parts.take()).toEqual([]);
  expect(await attemptsOf(app, webhookId)).toMatchObject([{ status: 'UNKNOWN' }]);
  expect(await deliveriesOf(app, webhookId)).toMatchObject([{ held: true, jobId: null, openRequestId: null }]);
});

test('an attempt whose process died is closed as UNKNOWN also when its webhook was archived meanwhile', async () => {
  const webhookId = await oneDelivery();
  const [attempt] = (await parts.take()) as [Attempt];
  await app.database.query(`update webhooks set status = 'ARCHIVED' where id = $1`, [uuidOf('Webhook', webhookId)]);
  await parts.giveAway(attempt.delivery.id);
  expect(await parts.take()).toEqual([]);
  expect(await attemptsOf(app, webhookId)).toMatchObject([{ status: 'UNKNOWN' }]);
  expect(await deliveriesOf(app, webhookId)).toMatchObject([{ status: 'CANCELLED', openRequestId: null }]);
});

test('an attempt whose process died gives its place back, where the webhook allows only one at once', async () => {
  const webhookId = await oneDelivery({ maxConcurrency: 1 });
  const [lost] = (await parts.take()) as [Attempt];
  await parts.giveAway(lost.delivery.id);
  const [next] = (await parts.take()) as [Attempt];
  expect(next).toMatchObject({ attemptNumber: 2, delivery: { id: lost.delivery.id } });
  await commit(next, ANSWERED);
  expect(await deliveriesOf(app, webhookId)).toMatchObject([{ status: 'DELIVERED' }]);
  expect(await app.database.query('select from webhook_slots')).toEqual([]);
});

test('one outcome that cannot be written does not hold up the others', async () => {
  const webhookId = await oneDelivery({}, 20);
  const bad = (await deliveriesOf(app, webhookId))[7]?.id;
  await app.database.query(`create trigger bad_row before update on webhook_request_logs for each row
    when (new.delivery_id = '${bad}') execute function refuse_change()`);
  const worker = startWorker(parts);
  try {
    await waitFor('all others', async () => {
      const deliveries = await deliveriesOf(app, webhookId);
      return deliveries.filter((delivery) => delivery.status === 'DELIVERED').length === 19;
    });
  } finally {
    await app.database.query('drop trigger bad_row on webhook_request_logs');
  }
  await deliveryThatIs(app, webhookId, 'the bad one, at last', (each) => each.id === bad && each.finishedAt !== null);
  await worker.stop(0);
  // a machine that stands still gives the bad one up, which is sent again
  const others = partner.calls.filter(({ headers }) => uuidOf('Delivery', String(headers['webhook-id'])) !== bad);
  expect(others).toHaveLength(19);
});
