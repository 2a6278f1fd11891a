import { setTimeout as wait } from 'node:timers/promises';
import type { DueDelivery } from '../../../src/delivery/delivery.store';
import { countBodies } from '../../../src/delivery/engine/body-bytes';
import { startWorker } from '../../../src/delivery/engine/worker';
import { useTestApi } from '../../support/app';
import { duringFile } from '../../support/during-file';
import { useReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { startParts } from '../worker-parts';
import { allFinished } from './stored-attempts';

const app = useTestApi();
const parts = duringFile(() => startParts(app));
const partner = useReceiver();

async function oneDelivery(documentType: string): Promise<string> {
  const { id } = await createTestWebhook(app, partner.url, { documentType });
  await publish(app, [invoice('INV-1', { documentType })]);
  await parts.fanOutAll();
  return id;
}

test('the bodies of jobs on the wire are full at 64 MiB, until one has ended', () => {
  const bodies = countBodies();
  const delivery = { body: Buffer.alloc(1024 * 1024) } as unknown as DueDelivery;
  for (let n = 0; n < 63; n += 1) bodies.begun(delivery);
  expect(bodies.isFull()).toBe(false);
  bodies.begun(delivery);
  expect(bodies.isFull()).toBe(true);
  bodies.ended(delivery);
  expect(bodies.isFull()).toBe(false);
  bodies.begun({ body: null } as unknown as DueDelivery);
  expect(bodies.isFull()).toBe(false);
});

test('a worker takes no further jobs while the bodies on the wire are full, and then the next ones', async () => {
  const { promise: after, resolve: letAnswer } = Promise.withResolvers<void>();
  let isAnswered = false;
  const seen: boolean[] = [];
  partner.answerWith(() => {
    seen.push(isAnswered);
    return { after };
  });
  await oneDelivery('First');
  const worker = startWorker({ ...parts, maxBodiesOnTheWire: 1 });
  await waitFor('the first call', () => seen.length === 1);
  const second = await oneDelivery('Second');
  worker.wake();
  // two rests of a worker: without the limit, the second call comes in this time
  await wait(1_200);
  isAnswered = true;
  letAnswer();
  await allFinished(app, second, 1);
  await worker.stop(5_000);
  expect(seen).toEqual([false, true]);
});
