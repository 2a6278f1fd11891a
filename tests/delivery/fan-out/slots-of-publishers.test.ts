// Publishing transactions take slots of the worker before they begin.

import type { Transaction } from '../../../src/sql/transactions';
import { uuidOf } from '../../../src/values/ids';
import { waitFor } from '../../support/wait-for';
import { deliveriesOf } from '../attempt/stored-attempts';
import type { Direct } from '../first-attempt-steps';
import { eventFor, keptOpen, publishingSteps } from './publishing-steps';

const { app, parts, webhookFor, processWith, expectOutboxToHave } = publishingSteps();

/** Half of these are for one webhook. */
const SLOTS = 8;
/** No test depends on how soon it frees slots. */
const PATIENT = { slots: SLOTS, maxWaitForSlotsMs: 60_000 };

/** The outcomes of what was sent are committed. */
function end({ sent, capacity }: Direct, attempts: number): void {
  for (const { webhook } of sent.splice(0, attempts)) capacity.release(webhook.id, performance.now());
}

function eventsFor(documentType: string, count: number) {
  return Array.from({ length: count }, (_, n) => eventFor(documentType, { referenceDocument: `INV-${n}` }));
}

test('a call waits for slots instead of leaving events in the outbox; a call for another webhook does not', async () => {
  const [webhook, other] = [await webhookFor(), await webhookFor()];
  const { own, publish, wakes } = await processWith(undefined, null, PATIENT);
  await publish(...eventsFor(webhook.documentType, 4));
  expect(own.sent).toHaveLength(4);
  let isPublished = false;
  const waiting = publish(...eventsFor(webhook.documentType, 3)).then(() => {
    isPublished = true;
  });
  await publish(eventFor(other.documentType));
  expect([own.sent.length, isPublished]).toEqual([5, false]);
  end(own, 4);
  await waiting;
  expect([own.sent.length, wakes()]).toEqual([4, 0]);
  await expectOutboxToHave(own, []);
});

test('calls of one moment get no more slots together than there are', async () => {
  const webhook = await webhookFor();
  const { own, publish } = await processWith(undefined, null, PATIENT);
  const published = Promise.all(Array.from({ length: 4 }, () => publish(...eventsFor(webhook.documentType, 2))));
  await waitFor('the first calls', async () => own.sent.length === 4);
  end(own, 4);
  await published;
  expect(own.sent).toHaveLength(4);
  expect(await deliveriesOf(app, webhook.id)).toHaveLength(8);
  await expectOutboxToHave(own, []);
});

test('one transaction takes no more calls than it can send at once', async () => {
  const { documentType } = await webhookFor();
  const { own, publish, wakes } = await processWith();
  await Promise.all(Array.from({ length: 3 }, () => publish(...eventsFor(documentType, 100))));
  expect([own.sent.length, wakes()]).toEqual([300, 0]);
  await expectOutboxToHave(own, []);
});

test('a call that waits in vain is published by the outbox', async () => {
  const webhook = await webhookFor();
  const { own, publish, wakes } = await processWith(undefined, null, { slots: SLOTS });
  await publish(...eventsFor(webhook.documentType, 4));
  const ids = await publish(eventFor(webhook.documentType));
  expect([own.sent.length, wakes()]).toEqual([4, 1]);
  end(own, 4);
  await expectOutboxToHave(own, ids);
});

test('a call for a webhook that is slow does not wait: its delivery gets a job', async () => {
  const webhook = await webhookFor();
  const { own, publish } = await processWith(undefined, null, PATIENT);
  const webhookId = uuidOf('Webhook', webhook.id) as string;
  const longAgo = performance.now() - 10_000;
  own.capacity.acquire(webhookId, longAgo, 4);
  await publish(eventFor(webhook.documentType));
  expect(await deliveriesOf(app, webhook.id)).toMatchObject([{ jobId: expect.any(String), openRequestId: null }]);
});

test.each([
  ['is refused', { referenceDocument: 'INV-2' }],
  ['was published before', {}],
])('the slots of a call that %s are free again', async (_what, more) => {
  const webhook = await webhookFor();
  const { own, publish } = await processWith(undefined, null, PATIENT);
  const keyed = { idempotencyKey: `the key of ${webhook.id}` };
  await publish(eventFor(webhook.documentType, keyed));
  end(own, 1);
  const before = own.capacity.free();
  await publish(eventFor(webhook.documentType, { ...keyed, ...more })).catch(() => undefined);
  expect([own.sent.length, own.capacity.free()]).toEqual([0, before]);
});

test('the slots of a transaction that the database has rolled back are free again', async () => {
  const webhook = await webhookFor();
  const rolledBack: Transaction = (work, options) =>
    parts.transaction(async (db) => {
      const result = await work(keptOpen(db));
      await db.query('select 1 / 0');
      return result;
    }, options);
  const { own, publish } = await processWith(rolledBack, null, PATIENT);
  const before = own.capacity.free();
  await expect(publish(eventFor(webhook.documentType))).rejects.toThrow('division by zero');
  expect(own.capacity.free()).toBe(before);
});
