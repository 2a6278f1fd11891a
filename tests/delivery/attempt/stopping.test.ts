import { startWaitingDispatcher } from '../../../src/delivery/capacity/waiting-dispatcher';
import { startWorker } from '../../../src/delivery/engine/worker';
import { useTestApi } from '../../support/app';
import { duringFile } from '../../support/during-file';
import { NEVER, useFreshReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { type Parts, startParts } from '../worker-parts';
import { allFinished, attemptsOf, deliveriesOf, deliveryThatIs } from './stored-attempts';

const app = useTestApi();
const parts = duringFile(() => startParts(app));
const partner = useFreshReceiver();

let types = 0;

async function oneDelivery(settings: object = {}): Promise<string> {
  types += 1;
  const documentType = `Type ${types}`;
  const { id } = await createTestWebhook(app, partner.url, { documentType, ...settings });
  await publish(app, [invoice('INV-1', { documentType })]);
  await parts.fanOutAll();
  return id;
}

const firstCall = () => waitFor('the first call', () => partner.calls.length >= 1);

test('a graceful stop waits for what is on the wire', async () => {
  const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
  partner.answerWith(() => ({ after }));
  const webhookId = await oneDelivery();
  const worker = startWorker(parts);
  await firstCall();
  const stopped = worker.stop(60_000);
  letAnswer();
  await stopped;
  expect(await deliveriesOf(app, webhookId)).toMatchObject([{ status: 'DELIVERED', attempts: 1 }]);
});

test('a worker that stops takes no more', async () => {
  const worker = startWorker(parts);
  await worker.stop(5_000);
  const webhookId = await oneDelivery();
  worker.wake();
  expect(await attemptsOf(app, webhookId)).toEqual([]);
  await parts.take(); // off the queue, for the tests that follow
});

test('what takes longer than the grace period is handed back as UNKNOWN, and the next process tries again', async () => {
  partner.answerWith((_call, n) => (n === 1 ? NEVER : {}));
  const webhookId = await oneDelivery();
  const first = startWorker(parts);
  await firstCall();
  await first.stop(100);
  const [handedBack] = await deliveriesOf(app, webhookId);
  expect(handedBack).toMatchObject({ status: 'RETRYING', openRequestId: null });
  const [attempt] = await attemptsOf(app, webhookId);
  expect(attempt).toMatchObject({ status: 'UNKNOWN', errorCode: 'PROCESS_DIED' });
  expect(attempt?.error).toBe('Hookledger was stopped before the partner answered. It is tried again.');

  const next = startWorker(parts);
  await allFinished(app, webhookId, 1);
  await next.stop(1_000);
  expect(await deliveriesOf(app, webhookId)).toMatchObject([{ status: 'DELIVERED', attempts: 2 }]);
});

test('a stop ends while the database is away, and the next process finds out what was left', async () => {
  const webhookId = await oneDelivery();
  let away = false;
  const transaction: Parts['transaction'] = (work) =>
    away ? Promise.reject(new Error('the database is away')) : parts.transaction(work);
  partner.answerWith(() => {
    away = true;
    return {};
  });
  const worker = startWorker({ ...parts, transaction });
  await firstCall();
  await expect(worker.stop(200)).rejects.toThrow('The outcomes of 1 attempts could not be written');
  const [left] = await deliveriesOf(app, webhookId);
  expect(left).toMatchObject({ status: 'PENDING', attempts: 1 });

  await parts.giveAway(left?.id as string);
  const next = startWorker(parts);
  await allFinished(app, webhookId, 1);
  await next.stop(1_000);
  expect((await attemptsOf(app, webhookId)).map((attempt) => attempt.status)).toEqual(['UNKNOWN', 'SUCCEEDED']);
});

test('a fault of our own while sending ends as UNKNOWN and is tried again by the schedule', async () => {
  const webhookId = await oneDelivery({ retrySchedule: [0, 3600] });
  const sender = { send: () => Promise.reject(new Error('a bug')), stop: async () => undefined };
  const worker = startWorker({ ...parts, sender });
  const delivery = await deliveryThatIs(app, webhookId, 'retrying', (each) => each.status === 'RETRYING');
  await worker.stop(1_000);
  expect((delivery.nextAttemptAt as Date).getTime()).toBeGreaterThan(Date.now() + 2_000_000);
  const [attempt] = await attemptsOf(app, webhookId);
  expect(attempt).toMatchObject({ status: 'UNKNOWN', errorCode: 'PROCESS_DIED' });
  expect(attempt?.error).toMatch(/^An internal error of Hookledger ended this attempt/);
});

test('many slow partners take all slots of a worker, and everything arrives once slots are free', async () => {
  let open = 0;
  let most = 0;
  partner.answerWith(() => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => {
      open -= 1;
    }, 50);
    return { delayMs: 50 };
  });
  const { id } = await createTestWebhook(app, partner.url, { documentType: 'Many' });
  for (const half of ['A', 'B']) {
    await publish(
      app,
      Array.from({ length: 350 }, (_, n) => invoice(`INV-${half}${n}`, { documentType: 'Many' })),
    );
  }
  await parts.fanOutAll();
  const worker = startWorker(parts);
  const dispatcher = startWaitingDispatcher({ ...parts, freeFor: parts.capacity.freeFor, onDispatched: worker.wake });
  const deliveries = await allFinished(app, id, 700);
  await dispatcher.stop();
  await worker.stop(1_000);
  expect(deliveries.every((each) => each.status === 'DELIVERED' && each.attempts === 1)).toBe(true);
  expect(partner.calls).toHaveLength(700);
  expect(most).toBeLessThanOrEqual(512); // half of the slots of a worker, and as many connections
});
