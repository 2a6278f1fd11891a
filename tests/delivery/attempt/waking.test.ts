/** @jest-environment node */
// A worker that rests is woken by what it has to do.
import { startWorker } from '../../../src/delivery/engine/worker';
import { allFinished } from './stored-attempts';
import { workerSteps } from './worker-steps';

const { app, partner, parts, direct, webhookFor } = workerSteps();

test('a failed attempt is followed by the next one when that is due, by a worker that no timer wakes', async () => {
  const { setTimeout: start } = globalThis;
  const rests = jest
    .spyOn(globalThis, 'setTimeout')
    .mockImplementation(((work: () => void, ms = 0, ...given: unknown[]) =>
      start(work, ms < 200 ? ms : 1_000_000, ...given)) as typeof setTimeout);
  partner.answerWith((_call, n) => (n === 1 ? { status: 500 } : {}));
  const worker = startWorker(parts);
  const own = direct(worker);
  const webhook = await webhookFor({ retrySchedule: [0, 0] });
  await webhook.publishMany(1);
  (await own.fanOut()).onCommit();
  const [delivery] = await allFinished(app, webhook.id, 1);
  rests.mockRestore();
  await worker.stop(1_000);
  expect(delivery).toMatchObject({ status: 'DELIVERED', attempts: 2 });
});
