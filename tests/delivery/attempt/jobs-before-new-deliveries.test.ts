// New events while many deliveries are due in the queue: they wait in the outbox, because the queue costs more than sending at once.

import { createQueueBacklog, type QueueBacklog } from '../../../src/delivery/capacity/queue-backlog';
import { createWorkerCapacity, type WorkerCapacity } from '../../../src/delivery/capacity/worker-capacity';
import { startRelay } from '../../../src/delivery/engine/relay';
import { startWorker } from '../../../src/delivery/engine/worker';
import { WHOLE } from '../../../src/sql/index-lookup';
import type { Transaction } from '../../../src/sql/transactions';
import { mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { NO_FIRST_ATTEMPTS } from '../worker-parts';
import { allFinished, deliveriesOf } from './stored-attempts';
import { workerSteps } from './worker-steps';

const { app, partner, parts, direct, webhookFor, jobs } = workerSteps();

function noting(ends: string[]): QueueBacklog {
  return {
    ...createQueueBacklog(),
    taken: (_mark, left, isAll) => void ends.push(`${left} ${isAll}`),
    notTaken: () => void ends.push('none'),
  };
}

test('a relay takes a quarter as many events as deliveries have left the queue, and a publisher leaves all to it', () => {
  const { firstAttempts, queueBacklog } = direct();
  expect([firstAttempts.isReady(), firstAttempts.batchSize()]).toEqual([true, 250]);
  queueBacklog.taken(queueBacklog.mark(), 40, false);
  expect([firstAttempts.isReady(), firstAttempts.batchSize()]).toEqual([false, 10]);
  firstAttempts.queued(10);
  expect(firstAttempts.batchSize()).toBe(0);
  queueBacklog.taken(queueBacklog.mark(), 40, true);
  expect([firstAttempts.isReady(), firstAttempts.batchSize()]).toEqual([true, 250]);
});

test('what enters a queueBacklog needs no slot', () => {
  const { firstAttempts, queueBacklog, capacity } = direct(null, { slots: 128 });
  // as if it had just begun, however long this takes
  const justNow = performance.now() + 60_000;
  while (capacity.freeFor('fast') > 0) capacity.acquire('fast', justNow);
  expect(firstAttempts.batchSize()).toBe(0);
  queueBacklog.taken(queueBacklog.mark(), 40, false);
  expect(firstAttempts.batchSize()).toBe(10);
});

test('a relay counts the deliveries that it gives jobs', async () => {
  const webhook = await webhookFor({ ordering: 'HOLD' });
  await webhook.publishMany(3);
  const counted: number[] = [];
  const relay = startRelay({
    ...parts.fanOutParts,
    share: { own: () => WHOLE, refresh: async () => undefined },
    log: parts.log,
    firstAttempts: { ...NO_FIRST_ATTEMPTS, queued: (deliveries) => void counted.push(deliveries) },
    onQueued: () => undefined,
    onPending: () => undefined,
  });
  await waitFor('the events to leave the outbox', async () => counted.some((count) => count > 0));
  await relay.stop();
  expect(counted.reduce((sum, count) => sum + count)).toBe(3);
  expect(await jobs()).toHaveLength(3);
});

test('a worker counts those that left the queue, and that none could be taken', async () => {
  const webhook = await webhookFor();
  await webhook.publishMany(3);
  await parts.fanOutAll();
  const ends: string[] = [];
  let isBroken = true;
  const transaction: Transaction = (work, options) => {
    if (isBroken) throw new Error('as without a database');
    return parts.transaction(work, options);
  };
  const worker = startWorker({ ...parts, transaction, queueBacklog: noting(ends) });
  await waitFor('a failed take', () => ends.length > 0);
  isBroken = false;
  await allFinished(app, webhook.id, 3);
  await worker.stop(1_000);
  expect(ends[0]).toBe('none');
  expect(ends.find((end) => end !== 'none')).toBe('3 true');
});

test('while deliveries are paused, each step tells that none could be taken', async () => {
  await mutate(app, 'pauseDeliveries', { reason: 'a test' });
  const ends: string[] = [];
  const worker = startWorker({ ...parts, queueBacklog: noting(ends) });
  await waitFor('a second step', () => ends.length > 1);
  await worker.stop(1_000);
  await mutate(app, 'resumeDeliveries', {});
  expect(new Set(ends)).toEqual(new Set(['none']));
});

test('while outcomes wait for the database, their webhook does not count as slow: what is due is not set aside', async () => {
  const slots = createWorkerCapacity(8);
  const { promise: committing, resolve: commit } = Promise.withResolvers<void>();
  const { promise: after, resolve: answer } = Promise.withResolvers<void>();
  let begunAt: number | null = null;
  let answeredAt: number | null = null;
  const capacity: WorkerCapacity = {
    ...slots,
    begun(id, now) {
      begunAt = now;
      slots.begun(id, now);
    },
    answered(id, now) {
      answeredAt = now;
      slots.answered(id, now);
    },
  };
  partner.answerWith(() => ({ after }));
  const webhook = await webhookFor();
  await webhook.publishMany(1);
  await parts.fanOutAll();
  const transaction: Transaction = async (work, options) => {
    if (begunAt !== null) await committing;
    return parts.transaction(work, options);
  };
  const worker = startWorker({ ...parts, capacity, transaction });
  const begun = await waitFor('the call', () => begunAt);
  expect(slots.batchSize(begun + 1_000)).toBe(1_000);
  answer();
  const answered = await waitFor('the answer', () => answeredAt);
  expect(slots.batchSize(answered + 1_000)).toBe(0);
  commit();
  await allFinished(app, webhook.id, 1);
  await worker.stop(1_000);
  expect((await deliveriesOf(app, webhook.id)).map(({ status }) => status)).toEqual(['DELIVERED']);
});
