/** @jest-environment node */
// Which items share a transaction, and what becomes of them when it fails. Time stands still, unless a test moves it.
import { setImmediate } from 'node:timers/promises';
import { CommitUnknown } from '../../src/sql/database-errors';
import { type Committed, createGroupCommit } from '../../src/sql/sharing/group-commit';
import { waitFor } from '../support/wait-for';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

interface Run {
  items: readonly number[];
  isAgain: boolean;
  commit(): void;
  fail(error: Error): void;
}

/**
 * Items whose result is ten times the item. Their transactions end when the test ends them.
 * `after`: items of which the work is done that no caller waits for.
 */
function grouped(sizeOf?: (item: number) => number) {
  const runs: Run[] = [];
  const after: number[] = [];
  const failures: unknown[] = [];
  const group = createGroupCommit<number, number>({
    sizeOf,
    onFailedTogether: (error) => void failures.push(error),
    run(items, isAgain) {
      const { promise, resolve, reject } = Promise.withResolvers<Committed<number>>();
      const results = items.map((item) => item * 10);
      const afterwards = () => void after.push(...items);
      runs.push({ items, isAgain, commit: () => resolve({ results, afterwards }), fail: reject });
      return promise;
    },
  });
  return { group, runs, after, failures };
}

async function turns(): Promise<void> {
  for (let n = 0; n < 5; n += 1) await setImmediate();
}

async function pass(ms: number): Promise<void> {
  for (let n = 0; n < ms; n += 1) {
    jest.advanceTimersByTime(1);
    await turns();
  }
}

const serverError = (code: string) => Object.assign(new Error(code), { code, severity: 'ERROR' });

test('an item that comes alone begins at once, by no timer, and the next one after a rest too', async () => {
  const { group, runs } = grouped();
  const first = group.add(1);
  await turns();
  expect(runs.map(({ items }) => items)).toEqual([[1]]);
  runs[0]?.commit();
  expect(await first).toBe(10);
  await pass(20);
  void group.add(2);
  await turns();
  expect(runs.map(({ items }) => items)).toEqual([[1], [2]]);
});

test('items that come while two transactions run share the next one, by no timer and each with its own result', async () => {
  const { group, runs } = grouped();
  void group.add(0);
  void group.add(1);
  await turns();
  const second = group.add(2);
  await turns();
  const others = [3, 4, 5, 6, 7].map((item) => group.add(item));
  await turns();
  expect(runs.map(({ items }) => items)).toEqual([[0, 1], [2]]);
  runs[1]?.commit();
  await second;
  await turns();
  expect(runs[2]?.items).toEqual([3, 4, 5, 6, 7]);
  runs[2]?.commit();
  expect(await Promise.all(others)).toEqual([30, 40, 50, 60, 70]);
});

test('callers who call again as soon as they are answered share the next transaction', async () => {
  const { group, runs, after } = grouped();
  for (const item of [1, 2, 3, 4, 5, 6, 7, 8]) void group.add(item);
  await turns();
  runs[0]?.commit();
  await pass(3);
  for (const item of [11, 12]) void group.add(item);
  await pass(1);
  expect([runs.length, after]).toEqual([1, []]);
  for (const item of [13, 14, 15, 16, 17]) void group.add(item);
  await turns();
  expect([runs[1]?.items, after]).toEqual([
    [11, 12, 13, 14, 15, 16, 17],
    [1, 2, 3, 4, 5, 6, 7, 8],
  ]);
  runs[1]?.commit();
  await pass(1);
  void group.add(18);
  await pass(20);
  expect([runs[2]?.items, after.length]).toEqual([[18], 15]);
});

test('idle does at once what was put off', async () => {
  const { group, runs, after } = grouped();
  for (const item of [1, 2, 3, 4, 5, 6, 7, 8]) void group.add(item);
  await turns();
  runs[0]?.commit();
  await turns();
  expect(after).toEqual([]);
  await group.idle();
  expect(after).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('an item that was tried alone has its work done too', async () => {
  const { group, runs, after } = grouped();
  for (const item of [1, 2]) void group.add(item);
  await turns();
  runs[0]?.fail(serverError('22P02'));
  await turns();
  runs[1]?.commit();
  await turns();
  expect(after).toEqual([1]);
});

test('one transaction has items up to a size of 200, or one that is larger', async () => {
  const { group, runs } = grouped((item) => item);
  for (const item of [120, 70, 20, 500, 3]) void group.add(item);
  await turns();
  for (let n = 0; n < 4; n += 1) {
    runs[n]?.commit();
    await pass(20);
  }
  expect(runs.map(({ items }) => items)).toEqual([[120, 70], [20], [500], [3]]);
});

test.each([
  ['the answer to COMMIT is lost', new CommitUnknown(new Error('write ECONNABORTED'))],
  ['the connection is lost', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
  ['a statement takes too long', serverError('57014')],
])('when %s, nothing is done a second time: each item has the error', async (_what, error) => {
  const { group, runs } = grouped();
  const ends = Promise.allSettled([1, 2, 3].map((item) => group.add(item)));
  await turns();
  runs[0]?.fail(error);
  expect(await ends).toEqual(Array(3).fill({ status: 'rejected', reason: error }));
  await pass(2_000);
  expect(runs.map(({ items }) => items)).toEqual([[1, 2, 3]]);
});

test('after another error each item runs alone, two side by side: one with a fault stops no other', async () => {
  const { group, runs, failures } = grouped();
  const ends = Promise.allSettled([1, 2, 3, 4].map((item) => group.add(item)));
  await turns();
  runs[0]?.fail(serverError('22P02'));
  await turns();
  expect(runs.slice(1).map(({ items, isAgain }) => [items, isAgain])).toEqual([
    [[1], true],
    [[2], true],
  ]);
  runs[1]?.fail(serverError('22P02'));
  await turns();
  for (const n of [2, 3]) {
    runs[n]?.commit();
    await turns();
  }
  runs[4]?.commit();
  expect((await ends).map((end) => (end.status === 'fulfilled' ? end.value : (end.reason as Error).message))).toEqual([
    '22P02',
    20,
    30,
    40,
  ]);
  expect(failures).toMatchObject([{ code: '22P02' }]);
});

test.each(['40P01', '55P03', '23505'])('an item that meets %s is tried again alone', async (code) => {
  jest.useRealTimers();
  const { group, runs, failures } = grouped();
  const ends = Promise.all([group.add(1), group.add(2)]);
  await turns();
  runs[0]?.fail(serverError(code));
  await turns();
  expect(runs.slice(1).map(({ items }) => items)).toEqual([[1], [2]]);
  runs[1]?.fail(serverError(code));
  runs[2]?.commit();
  let isIdle = false;
  const idle = group.idle().then(() => {
    isIdle = true;
  });
  await waitFor('the next try', () => runs[3]);
  expect([runs[3]?.items, runs[3]?.isAgain, isIdle]).toEqual([[1], true, false]);
  runs[3]?.commit();
  expect(await ends).toEqual([10, 20]);
  expect(failures).toEqual([]);
  await idle;
});

test('items that waited for a database that does not answer fail with the transaction before them', async () => {
  const { group, runs } = grouped((item) => item);
  const first = [group.add(150), group.add(151)];
  await turns();
  await pass(50);
  expect(runs.map(({ items }) => items)).toEqual([[150], [151]]);
  const old = Promise.allSettled([group.add(152), group.add(153)]);
  await turns();
  jest.advanceTimersByTime(15_000);
  const young = group.add(154);
  await turns();
  runs[0]?.fail(new Error('Connection terminated: silent for 15000 ms'));
  await turns();
  const failed = { status: 'rejected', reason: expect.objectContaining({ message: expect.stringMatching('silent') }) };
  expect(await old).toEqual([failed, failed]);
  await expect(first[0]).rejects.toThrow('silent');
  await pass(50);
  expect(runs.map(({ items }) => items)).toEqual([[150], [151], [154]]);
  runs[1]?.commit();
  runs[2]?.commit();
  expect(await Promise.all([first[1], young])).toEqual([1510, 1540]);
});
