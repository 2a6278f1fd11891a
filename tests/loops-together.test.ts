/** @jest-environment node */
// An idle process wakes seldom: the rests of its loops end together.
import { setImmediate } from 'node:timers/promises';
import { createLog } from '../src/log';
import { restUntilCommit, startLoop } from '../src/loop';
import { commitsByHand } from './jobs/commits-by-hand';

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

describe('a loop that rests until something is committed', () => {
  function trialOf(step: (n: number, commit: () => void) => Promise<boolean | number>) {
    const commits = commitsByHand();
    const trial = { steps: 0, commit: commits.commit };
    const loop = startLoop('trial', restUntilCommit(1_000, commits), log, () => {
      trial.steps += 1;
      return step(trial.steps, commits.commit);
    });
    return { ...loop, trial };
  }

  test('takes no step before, and one at once', async () => {
    const { trial, stop } = trialOf(async () => false);
    await pass(5_000);
    expect(trial.steps).toBe(1);
    trial.commit();
    await pass(1);
    expect(trial.steps).toBe(2);
    await stop();
  });

  test('does not miss what is committed while it looks, or rests', async () => {
    const { trial, stop } = trialOf(async (n, commit) => {
      if (n === 1) commit();
      return false;
    });
    await pass(1_000);
    expect(trial.steps).toBe(2);
    await pass(100);
    trial.commit();
    await pass(1_000);
    expect(trial.steps).toBe(3);
    await pass(5_000);
    expect(trial.steps).toBe(3);
    await stop();
  });

  test('rests between steps however much is committed', async () => {
    const { trial, stop } = trialOf(async () => false);
    for (let n = 0; n < 300; n += 1) {
      trial.commit();
      await pass(10);
    }
    expect(trial.steps).toBeLessThanOrEqual(5);
    await stop();
  });

  test('is woken, rests for a time that the step asks for, and tries again what has failed, without a commit', async () => {
    const answers: (number | Error | false)[] = [false, 300, new Error('the database is away'), false];
    const { trial, wake, stop } = trialOf(async (n) => {
      const answer = answers[n - 1] ?? false;
      if (answer instanceof Error) throw answer;
      return answer;
    });
    await pass(5_000);
    expect(trial.steps).toBe(1);
    wake();
    await pass(10_000);
    expect(trial.steps).toBe(4);
    await stop();
  });
});
