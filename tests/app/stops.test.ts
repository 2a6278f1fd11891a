import { setTimeout as wait } from 'node:timers/promises';
import { stopTogether, stopWithin } from '../../src/app/stops';

const LONG_MS = 60_000;

test('parts stop in the reverse order of their start, and all in time', async () => {
  const stopped: string[] = [];
  const stops = ['first', 'second'].map((name) => async () => stopped.push(name));
  expect(await stopWithin(LONG_MS, stops)).toBe(true);
  expect(stopped).toEqual(['second', 'first']);
});

test('a part that does not end in time is not waited for, nor are those beside it, and that is said', async () => {
  const never = () => new Promise<void>(() => undefined);
  const stopped: string[] = [];
  const after = async () => stopped.push('after');
  expect(await stopWithin(20, [after, (late) => stopTogether([never, () => wait(0)], late)])).toBe(false);
  expect(stopped).toEqual(['after']);
});

test('a part that fails to stop fails the stop, and the others stop', async () => {
  const stopped: string[] = [];
  const fails = async () => {
    throw new Error('no outcome');
  };
  await expect(stopWithin(LONG_MS, [async () => stopped.push('first'), fails])).rejects.toThrow('no outcome');
  expect(stopped).toEqual(['first']);
});
