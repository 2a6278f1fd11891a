/** @jest-environment node */
// When loops are resumed, with time held: commits.test.ts has the same in a database.
import { setImmediate } from 'node:timers/promises';
import { watchCommits } from '../../src/database/commits';
import { createLog } from '../../src/log';
import type { Db } from '../../src/sql/db';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  for (let n = 0; n < ms; n += 10) {
    jest.advanceTimersByTime(10);
    await setImmediate();
  }
}

function watchOf(read: () => string) {
  const connection = { query: async () => ({ rows: [{ snapshot: read() }] }) };
  const manager = { queryRunner: { connect: async () => connection } } as unknown as Db;
  return watchCommits({ manager }, createLog('silent'));
}

test('none is resumed; after half a minute one after the other looks all the same', async () => {
  const watch = watchOf(() => '7:7:');
  await pass(1_000);
  const resumed: number[] = [];
  for (const n of [1, 2, 3]) watch.wait(watch.seen(), () => resumed.push(n));
  await pass(29_000);
  expect(resumed).toEqual([]);
  for (const expected of [[1], [1, 2], [1, 2, 3]]) {
    while (resumed.length < expected.length) await pass(10);
    expect(resumed).toEqual(expected);
  }
  await watch.stop();
});

test('all are resumed by a commit, but not who has given up, and at once who has missed it', async () => {
  let snapshot = '7:7:';
  const watch = watchOf(() => snapshot);
  await pass(1_000);
  const resumed: string[] = [];
  const before = watch.seen();
  for (const name of ['first', 'second']) watch.wait(before, () => resumed.push(name));
  watch.wait(before, () => resumed.push('given up'))();
  snapshot = '8:8:';
  await pass(1_000);
  expect(resumed).toEqual(['first', 'second']);
  watch.wait(before, () => resumed.push('late'));
  expect(resumed).toEqual(['first', 'second', 'late']);
  await watch.stop();
});

test('all are resumed while it cannot be read, so that each says why it cannot work', async () => {
  let isAway = false;
  const watch = watchOf(() => {
    if (isAway) throw new Error('the database is away');
    return '7:7:';
  });
  await pass(1_000);
  let resumed = 0;
  watch.wait(watch.seen(), () => {
    resumed += 1;
  });
  isAway = true;
  await pass(1_000);
  expect(resumed).toBe(1);
  isAway = false;
  // what was committed meanwhile is not known
  watch.wait(watch.seen(), () => {
    resumed += 1;
  });
  await pass(2_000);
  expect(resumed).toBe(2);
  await watch.stop();
});
