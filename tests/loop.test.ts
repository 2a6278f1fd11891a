import { createLog } from '../src/logging/log';
import { createFailureNote, failingLoops, type Loop, startLoop } from '../src/time/loop';
import { waitFor } from './support/wait-for';

const HOUR_MS = 3_600_000;

interface Trial {
  loop: Loop;
  steps: number;
  logged: string[];
}

/** A loop that rests for an hour, so that whatever happens sooner was not the rest's end. */
function loopOf(step: (n: number) => Promise<boolean>, paceMs?: () => number): Trial {
  const logged: string[] = [];
  const log = createLog('info', { write: (line: string) => void logged.push(JSON.parse(line).msg) });
  const trial: Trial = { loop: undefined as unknown as Loop, steps: 0, logged };
  const counted = () => {
    trial.steps += 1;
    return step(trial.steps);
  };
  trial.loop = startLoop('trial', HOUR_MS, log, counted, paceMs);
  return trial;
}

test('goes on while it finds work, then rests', async () => {
  const trial = loopOf(async (n) => n < 5);
  await waitFor('five steps', () => trial.steps === 5);
  await trial.loop.stop();
  expect(trial.steps).toBe(5);
});

test('is woken out of its rest', async () => {
  const trial = loopOf(async () => false);
  for (let n = 2; n <= 20; n += 1) {
    trial.loop.wake();
    await waitFor(`step ${n}`, () => trial.steps >= n);
  }
  await trial.loop.stop();
});

test('a call that comes during a step is not lost, whenever it comes', async () => {
  for (let at = 0; at < 4; at += 1) {
    const trial = loopOf(async (n) => {
      for (let ticks = 0; ticks < 3; ticks += 1) {
        if (n === 1 && ticks === at) trial.loop.wake();
        await Promise.resolve();
      }
      return false;
    });
    if (at === 3) queueMicrotask(() => trial.loop.wake());
    await waitFor('a second step', () => trial.steps === 2);
    await trial.loop.stop();
  }
});

test('a step that fails is tried again within a second or so, however long the rest is, and is logged once', async () => {
  const trial = loopOf((n) => (n <= 2 ? Promise.reject(new Error('the database is away')) : Promise.resolve(false)));
  await waitFor('a third step', () => trial.steps === 3);
  await waitFor('the good word', () => trial.logged.length === 2);
  await trial.loop.stop();
  expect(trial.logged).toEqual(['could not work, trying again', 'working again']);
});

test('a step that fails after its loop was stopped is not reported, because it is not tried again', async () => {
  const { promise, reject } = Promise.withResolvers<boolean>();
  const trial = loopOf(() => promise);
  await waitFor('the step', () => trial.steps === 1);
  const stopped = trial.loop.stop();
  reject(new Error('its connection was closed'));
  await stopped;
  expect([trial.steps, trial.logged]).toEqual([1, []]);
});

test('a stop ends a rest at once, and a step not before its end', async () => {
  let finish = () => {};
  const trial = loopOf(() => new Promise((resolve) => (finish = () => resolve(true))));
  let stopped = false;
  const stopping = trial.loop.stop().then(() => {
    stopped = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(stopped).toBe(false);
  finish();
  await stopping;
  expect(trial.steps).toBe(1);
});

test.each([
  ['that has begun', true],
  ['before which the loop rests', false],
])('a stop does not wait for the end of a pace %s', async (_when, found) => {
  const trial = loopOf(
    async () => found,
    () => HOUR_MS,
  );
  await new Promise((resolve) => setImmediate(resolve));
  await trial.loop.stop();
  expect(trial.steps).toBe(1);
});

test('a loop is named as failing from its first failure until a step succeeds', async () => {
  const steps = Promise.withResolvers<void>();
  const trial = loopOf(async (n) => {
    if (n === 1) throw new Error('the database is away');
    await steps.promise;
    return false;
  });
  const failing = () => failingLoops().filter(({ loop }) => loop === 'trial');
  await waitFor('a second step', () => trial.steps === 2);
  expect(failing()).toEqual([{ loop: 'trial', seconds: expect.any(Number) }]);
  steps.resolve();
  await waitFor('its success', () => failing().length === 0);
  await trial.loop.stop();
});

test('a loop that was stopped is not named as failing', async () => {
  const trial = loopOf(() => Promise.reject(new Error('the database is away')));
  await waitFor('its failure', () => failingLoops().some(({ loop }) => loop === 'trial'));
  await trial.loop.stop();
  expect(failingLoops().filter(({ loop }) => loop === 'trial')).toEqual([]);
});

test('a step of a loop is named as failing since its first failure, until it works', () => {
  const named = () => failingLoops().filter(({ loop }) => loop === 'trial: a step');
  const note = createFailureNote('trial: a step');
  note.failed();
  note.failed();
  expect(named()).toHaveLength(1);
  note.works();
  expect(named()).toEqual([]);
});
