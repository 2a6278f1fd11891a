/** @jest-environment node */
// Whom a shared transaction waits for. Time stands still, unless a test moves it.
import { setImmediate } from 'node:timers/promises';
import { createReturningCallers } from '../../src/sql/sharing/returning-callers';

const WAIT_MS = 8;
const TRY_AGAIN_AFTER = 16;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** Callers are answered while others wait. @returns whether more are expected */
function answer(returning: ReturnType<typeof start>['returning'], waiting = 0): boolean {
  returning.answered(32 - waiting, waiting);
  return returning.areExpected(waiting);
}

function start() {
  const seen = { none: 0, works: 0 };
  const returning = createReturningCallers(() => {
    seen.none += 1;
  });
  const come = () => returning.began();
  const stayAway = () => jest.advanceTimersByTime(WAIT_MS);
  return { returning, seen, come, stayAway };
}

test('callers who are answered together are expected to call again, for a few milliseconds', () => {
  const { returning, seen } = start();
  returning.answered(20, 12);
  expect([12, 27, 28].map(returning.areExpected)).toEqual([true, true, false]);
  jest.advanceTimersByTime(WAIT_MS - 1);
  expect([returning.areExpected(27), seen.none]).toEqual([true, 0]);
  jest.advanceTimersByTime(1);
  expect([returning.areExpected(0), seen.none]).toEqual([false, 1]);
});

test('the transaction that they have come for ends the wait', () => {
  const { returning, seen, come } = start();
  returning.answered(20, 12);
  come();
  expect(returning.areExpected(0)).toBe(false);
  jest.advanceTimersByTime(10 * WAIT_MS);
  expect(seen.none).toBe(0);
});

test('few callers are not waited for', () => {
  const { returning } = start();
  returning.answered(4, 3);
  expect(returning.areExpected(3)).toBe(false);
});

test('after callers stayed away, the sixteenth transaction tries it again', () => {
  const { returning, stayAway } = start();
  expect(answer(returning)).toBe(true);
  stayAway();
  expect(Array.from({ length: TRY_AGAIN_AFTER }, () => answer(returning))).not.toContain(true);
  expect(answer(returning)).toBe(true);
});

test('callers who call at their own pace are not expected, although as many came in time: some came while the others were served', () => {
  const { returning, come } = start();
  expect(answer(returning, 16)).toBe(true);
  come();
  expect(answer(returning, 7)).toBe(false);
});

test('those who came too late for the transaction of the others are none of them', () => {
  const { returning, come } = start();
  expect(answer(returning, 16)).toBe(true);
  come();
  expect(answer(returning, 4)).toBe(true);
});

test.each(['come', 'stayAway'] as const)('work that is put off is done after the wait: callers %s', async (what) => {
  const { returning, seen, ...callers } = start();
  returning.putOff(() => {
    seen.works += 1;
  });
  answer(returning);
  await setImmediate();
  expect(seen.works).toBe(0);
  callers[what]();
  await setImmediate();
  expect(seen.works).toBe(1);
  answer(returning);
  callers.come();
  await setImmediate();
  expect(seen.works).toBe(1);
});

test('work is done at once if no callers are expected', () => {
  const { returning, seen } = start();
  returning.putOff(() => {
    seen.works += 1;
  });
  returning.answered(1, 0);
  expect(seen.works).toBe(1);
});
