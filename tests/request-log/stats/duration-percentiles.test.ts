import { addDurations, percentilesOf } from '../../../src/request-log/stats/duration-percentiles';

const NOTHING = Buffer.alloc(0);

/** What addDurations takes, of durations in any order. */
function countsOf(durations: readonly number[]): [number, number][] {
  const counts = new Map<number, number>();
  for (const ms of durations) counts.set(ms, (counts.get(ms) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => one - other);
}

/** By sorting them all: the nearest rank. */
function slowPercentiles(durations: readonly number[]) {
  const sorted = [...durations].sort((one, other) => one - other);
  const at = (percent: number) => sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? null;
  return { count: sorted.length, p50Ms: at(50), p95Ms: at(95), p99Ms: at(99), maxMs: sorted.at(-1) ?? null };
}

let seed = 42;
function random(): number {
  seed = (seed * 1_103_515_245 + 12_345) % 0x80000000;
  return seed / 0x80000000;
}

test.each([
  ['none', []],
  ['one', [7]],
  ['zero', [0, 0, 0]],
  ['both ends of what is usual', [131_071, 131_072, 131_072, 0]],
  ['the longest there can be', [2_147_483_647, 2_147_483_647, 5]],
  ['a hundred', Array.from({ length: 100 }, (_, index) => index + 1)],
  ['twenty, where 95 % is a whole rank', Array.from({ length: 20 }, (_, index) => index * 10)],
])('percentiles of %s', (_title, durations) => {
  expect(percentilesOf([addDurations(NOTHING, countsOf(durations))])).toEqual(slowPercentiles(durations));
});

test('percentiles of many lists, each added to many times, are those of all durations together', () => {
  for (let round = 0; round < 40; round += 1) {
    const widest = 10 ** (1 + Math.floor(random() * 6));
    const all: number[] = [];
    const lists = Array.from({ length: 1 + Math.floor(random() * 5) }, () => {
      let list: Buffer = NOTHING;
      for (let n = Math.floor(random() * 6); n >= 0; n -= 1) {
        const durations = Array.from({ length: Math.floor(random() * 300) }, () => Math.floor(random() ** 3 * widest));
        all.push(...durations);
        list = addDurations(list, countsOf(durations));
      }
      return list;
    });
    expect(percentilesOf(lists)).toEqual(slowPercentiles(all));
  }
});

test('what one call counted is gone in the next', () => {
  percentilesOf([addDurations(NOTHING, countsOf([1, 100_000, 5_000_000]))]);
  expect(percentilesOf([])).toEqual(slowPercentiles([]));
  expect(percentilesOf([addDurations(NOTHING, [[3, 1]])])).toEqual(slowPercentiles([3]));
});

test('an hour of much traffic is a few kilobytes', () => {
  const durations = Array.from({ length: 100_000 }, () => Math.floor(20 + random() ** 4 * 3_000));
  expect(addDurations(NOTHING, countsOf(durations)).length).toBeLessThan(8_000);
});
