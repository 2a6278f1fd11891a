import { admit } from '../../../src/delivery/capacity/admission';
import { createWorkerCapacity, type WorkerCapacity } from '../../../src/delivery/capacity/worker-capacity';
import type { DueDelivery, DueWebhook } from '../../../src/delivery/delivery.store';
import type { Db } from '../../../src/sql/db';

const SLOTS = 1_024;

/** Takes slots like a worker: at most `batch` at a time, while any are free. @returns the number taken */
function fill(capacity: WorkerCapacity, webhookId: string, batch: number): number {
  let entered = 0;
  for (;;) {
    const free = Math.min(batch, capacity.freeFor(webhookId));
    if (free === 0) return entered;
    for (let n = 0; n < free; n += 1) capacity.acquire(webhookId, 0);
    entered += free;
  }
}

function send(capacity: WorkerCapacity, webhookId: string, requests: number, now: number): void {
  for (let n = 0; n < requests; n += 1) capacity.acquire(webhookId, now);
  for (let n = 0; n < requests; n += 1) capacity.begun(webhookId, now);
}

describe('a webhook that hangs', () => {
  test.each([1, 7, 64, 200, 250, 1_024])('alone gets half of the slots, taking %i at a time', (batch) => {
    expect(fill(createWorkerCapacity(SLOTS), 'one', batch)).toBe(512);
  });

  test.each([1, 64, 250])(
    'gets about a third when another one hangs beside it, taking %i at a time in turn',
    (batch) => {
      const capacity = createWorkerCapacity(SLOTS);
      const counts = { one: 0, other: 0 };
      for (let round = 0; round < 1_100; round += 1) {
        for (const id of ['one', 'other'] as const) {
          const free = Math.min(batch, capacity.freeFor(id));
          for (let n = 0; n < free; n += 1) capacity.acquire(id, 0);
          counts[id] += free;
        }
      }
      for (const count of [counts.one, counts.other]) {
        expect(count).toBeGreaterThan(300);
        expect(count).toBeLessThan(400);
      }
      expect(counts.one + counts.other).toBeLessThan(710);
    },
  );

  test('leaves half of what is left to each that comes after it, and no place is given twice', () => {
    const capacity = createWorkerCapacity(SLOTS);
    const counts = Array.from({ length: 20 }, (_, n) => fill(capacity, `webhook ${n}`, 250));
    expect(counts.slice(0, 4)).toEqual([512, 256, 128, 64]);
    expect(counts.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(SLOTS);
  });

  test('frees its slots one by one', () => {
    const capacity = createWorkerCapacity(SLOTS);
    fill(capacity, 'one', 250);
    expect(capacity.freeFor('one')).toBe(0);
    for (let n = 0; n < 100; n += 1) capacity.release('one', 0);
    expect(fill(capacity, 'one', 250)).toBe(100);
  });
});

describe('how many jobs are taken', () => {
  test('is a batch while slots are free, and none while requests on the wire are about to end', () => {
    const capacity = createWorkerCapacity(SLOTS);
    expect(capacity.batchSize(1_000)).toBe(250);
    send(capacity, 'fast', 512, 1_000);
    expect(capacity.batchSize(1_050)).toBe(0);
  });

  test('is a large batch when the fullest has answered nothing for a while: what is its own steps aside', () => {
    const capacity = createWorkerCapacity(SLOTS);
    send(capacity, 'slow', 512, 1_000);
    expect(capacity.batchSize(2_000)).toBe(1_000);
    expect([capacity.freeFor('slow'), capacity.free()]).toEqual([0, 512]);
    capacity.answered('slow', 2_000);
    expect(capacity.batchSize(2_050)).toBe(0);
    expect(capacity.batchSize(2_150)).toBe(1_000);
  });

  test('is none while a busy database commits what the fullest has answered, or opens what it will be sent', () => {
    const capacity = createWorkerCapacity(SLOTS);
    for (let n = 0; n < 512; n += 1) capacity.acquire('fast', 1_000);
    expect(capacity.batchSize(2_000)).toBe(0);
    for (let n = 0; n < 512; n += 1) capacity.begun('fast', 2_000);
    for (let n = 0; n < 512; n += 1) capacity.answered('fast', 2_050);
    expect(capacity.batchSize(3_000)).toBe(0);
    // outcomes that cannot be committed must not stop the others
    expect(capacity.batchSize(7_050)).toBe(1_000);
  });

  test('is none without a free place', () => {
    const capacity = createWorkerCapacity(SLOTS);
    for (let n = 0; n < 1_020; n += 1) capacity.acquire(`webhook ${n}`, 0);
    expect(capacity.free()).toBe(4);
    for (let n = 0; n < 4; n += 1) capacity.acquire(`another ${n}`, 0);
    expect(capacity.batchSize(10_000)).toBe(0);
  });
});

test('of the taken deliveries, only as many are sent as there are slots, oldest first', async () => {
  const webhook = (id: string) => ({ id, rateLimit: null, maxConcurrency: null }) as DueWebhook;
  const webhooks = new Map(['a', 'b', 'c'].map((id) => [id, webhook(id)]));
  const due = Array.from(
    { length: 9 },
    (_, n) => ({ id: `${n}`, webhookId: 'abc'[n % 3], test: false }) as DueDelivery,
  );
  const noDatabase = null as unknown as Db;
  const { admitted, waiting } = await admit(noDatabase, due, webhooks, new Map(), { free: () => 4, freeFor: () => 2 });
  expect(admitted.map(({ id }) => id)).toEqual(['0', '1', '2', '3']);
  expect(waiting).toHaveLength(5);
});
