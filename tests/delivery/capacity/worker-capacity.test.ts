import { divide } from '../../../src/delivery/capacity/rate-and-concurrency';
import { createWorkerCapacity, type WorkerCapacity } from '../../../src/delivery/capacity/worker-capacity';
import type { DueDelivery, DueWebhook } from '../../../src/delivery/delivery.store';
import type { Db } from '../../../src/sql/db';

const PLACES = 1_024;

/** As a worker does it: takes so many at most at a time, as long as there is room. @returns how many got in */
function fill(room: WorkerCapacity, webhookId: string, batch: number): number {
  let entered = 0;
  for (;;) {
    const free = Math.min(batch, room.freeFor(webhookId));
    if (free === 0) return entered;
    for (let n = 0; n < free; n += 1) room.enter(webhookId, 0);
    entered += free;
  }
}

describe('a webhook that hangs', () => {
  test.each([1, 7, 64, 200, 250, 1_024])('alone gets half of the places, taking %i at a time', (batch) => {
    expect(fill(createWorkerCapacity(PLACES), 'one', batch)).toBe(512);
  });

  test.each([1, 64, 250])(
    'gets about a third when another one hangs beside it, taking %i at a time in turn',
    (batch) => {
      const room = createWorkerCapacity(PLACES);
      const counts = { one: 0, other: 0 };
      for (let round = 0; round < 1_100; round += 1) {
        for (const id of ['one', 'other'] as const) {
          const free = Math.min(batch, room.freeFor(id));
          for (let n = 0; n < free; n += 1) room.enter(id, 0);
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
    const room = createWorkerCapacity(PLACES);
    const counts = Array.from({ length: 20 }, (_, n) => fill(room, `webhook ${n}`, 250));
    expect(counts.slice(0, 4)).toEqual([512, 256, 128, 64]);
    expect(counts.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(PLACES);
  });

  test('gives its places back one by one', () => {
    const room = createWorkerCapacity(PLACES);
    fill(room, 'one', 250);
    expect(room.freeFor('one')).toBe(0);
    for (let n = 0; n < 100; n += 1) room.leave('one', 0);
    expect(fill(room, 'one', 250)).toBe(100);
  });
});

describe('how many jobs are taken', () => {
  test('is a batch while there is room, and none while those on the wire are about to come back', () => {
    const room = createWorkerCapacity(PLACES);
    expect(room.takeable(1_000)).toBe(250);
    for (let n = 0; n < 512; n += 1) room.enter('fast', 1_000);
    expect(room.takeable(1_050)).toBe(0);
  });

  test('is a large batch when the fullest has answered nothing for a while: what is its own steps aside', () => {
    const room = createWorkerCapacity(PLACES);
    for (let n = 0; n < 512; n += 1) room.enter('slow', 1_000);
    expect(room.takeable(2_000)).toBe(1_000);
    expect([room.freeFor('slow'), room.free()]).toEqual([0, 512]);
  });

  test('is none without a free place', () => {
    const room = createWorkerCapacity(PLACES);
    for (let n = 0; n < 1_020; n += 1) room.enter(`webhook ${n}`, 0);
    expect(room.free()).toBe(4);
    for (let n = 0; n < 4; n += 1) room.enter(`another ${n}`, 0);
    expect(room.takeable(10_000)).toBe(0);
  });
});

test('of what is taken, no more goes than there are places, oldest first', async () => {
  const webhook = (id: string) => ({ id, rateLimit: null, maxConcurrency: null }) as DueWebhook;
  const webhooks = new Map(['a', 'b', 'c'].map((id) => [id, webhook(id)]));
  const due = Array.from(
    { length: 9 },
    (_, n) => ({ id: `${n}`, webhookId: 'abc'[n % 3], test: false }) as DueDelivery,
  );
  const noDatabase = null as unknown as Db;
  const { go, wait } = await divide(noDatabase, due, webhooks, new Map(), { free: () => 4, freeFor: () => 2 });
  expect(go.map(({ id }) => id)).toEqual(['0', '1', '2', '3']);
  expect(wait).toHaveLength(5);
});
