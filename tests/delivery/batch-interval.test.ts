import { createBatchInterval, createEventInterval } from '../../src/delivery/batch-interval';

/** Batches, each with its size and the time since the one before. */
function afterBatches(...batches: [found: number, afterMs: number][]): number {
  const interval = createBatchInterval();
  let now = 1_000;
  for (const [found, afterMs] of batches) {
    now += afterMs;
    interval.note(found, now);
  }
  return interval.ms();
}

test('batches are small and soon at low load, and large at high load', () => {
  expect(afterBatches()).toBe(10);
  expect(afterBatches([2, 10], [2, 10], [2, 10])).toBe(10);
  expect(afterBatches([2, 10], [6, 10])).toBe(20);
  expect(afterBatches([6, 10], [12, 20], [12, 20])).toBe(20);
});

test('it is the rate that counts: many after a rest, or in a long interval, are no load', () => {
  expect(afterBatches([200, 0])).toBe(10);
  expect(afterBatches([2, 10], [200, 1_000])).toBe(10);
  expect(afterBatches([6, 10], [6, 20])).toBe(10);
  expect(afterBatches([2, 10], [3, 5])).toBe(20);
});

test('events, which publishers have gathered, wait half as long at low load', () => {
  const interval = createEventInterval();
  expect(interval.ms()).toBe(5);
  interval.note(2, 0);
  interval.note(100, 10);
  expect(interval.ms()).toBe(20);
});
