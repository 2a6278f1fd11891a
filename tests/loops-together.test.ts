/** @jest-environment node */
// An idle process wakes seldom: the rests of its loops end together.
import { setImmediate } from 'node:timers/promises';
import { createLog } from '../src/logging/log';
import { startLoop } from '../src/time/loop';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

const log = createLog('silent');

/** @returns the time of each step, in milliseconds */
function timesOf(restMs: number): { times: number[]; stop(): Promise<void> } {
  const times: number[] = [];
  const loop = startLoop('trial', restMs, log, async () => {
    times.push(performance.now());
    return false;
  });
  return { times, stop: loop.stop };
}

async function pass(ms: number): Promise<void> {
  for (let n = 0; n < ms; n += 1) {
    jest.advanceTimersByTime(1);
    await setImmediate();
  }
}

test('loops that began at different moments step at the same ones, and no rest is longer than asked for', async () => {
  await pass(30);
  const first = timesOf(500);
  await pass(140);
  const second = timesOf(1_000);
  await pass(4_000);
  const common = second.times.slice(1).filter((at) => first.times.includes(at));
  expect(common).toHaveLength(second.times.length - 1);
  expect(second.times.length).toBeGreaterThan(3);
  for (const { times, restMs } of [
    { ...first, restMs: 500 },
    { ...second, restMs: 1_000 },
  ]) {
    for (const [n, at] of times.slice(1).entries()) expect(at - (times[n] as number)).toBeLessThanOrEqual(restMs);
  }
  await Promise.all([first.stop(), second.stop()]);
});

test('a short rest is no shorter than asked for', async () => {
  await pass(30);
  const { times, stop } = timesOf(100);
  await pass(350);
  expect(times.length).toBeGreaterThan(2);
  for (const [n, at] of times.slice(1).entries()) expect(at - (times[n] as number)).toBeGreaterThanOrEqual(100);
  await stop();
});
