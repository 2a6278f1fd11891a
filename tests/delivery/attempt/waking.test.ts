/** @jest-environment node */
// A worker that rests is woken by what it has to do.
import { startWorker } from '../../../src/delivery/attempt/worker';
import type { TestApp } from '../../support/app';
import type { Receiver } from '../../support/receiver';
import type { Parts } from '../worker-parts';
import { allFinished } from './stored-attempts';
import { workerSteps } from './worker-steps';

const { installed, direct, webhookFor } = workerSteps();
let app: TestApp;
let partner: Receiver;
let parts: Parts;

beforeAll(() => {
  ({ app, partner, parts } = installed());
});

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
  (await own.fanOut()).committed();
  const [delivery] = await allFinished(app, webhook.id, 1);
  rests.mockRestore();
  await worker.stop(1_000);
  expect(delivery).toMatchObject({ status: 'DELIVERED', attempts: 2 });
});
