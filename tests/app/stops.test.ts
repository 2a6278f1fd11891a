import { type Stop, stopAll, stopTogether, stopWithin } from '../../src/app/stopping';

const LONG_MS = 60_000;
const never = () => new Promise<void>(() => undefined);

/** Parts that stop, and their names in the order in which they did. */
function parts() {
  const stopped: string[] = [];
  const quick = (part: string): Stop => ({ part, stop: async () => void stopped.push(part) });
  return { stopped, quick };
}

test('parts stop in the reverse order of their start, and all in time', async () => {
  const { stopped, quick } = parts();
  expect(await stopWithin(LONG_MS, [quick('first'), quick('second')])).toEqual([]);
  expect(stopped).toEqual(['second', 'first']);
});

test('parts that do not end in time are named and not waited for, nor are those beside and after them', async () => {
  const { stopped, quick } = parts();
  const slow = (part: string): Stop => ({ part, stop: never });
  const loops = [quick('relay'), slow('worker'), slow('listener')];
  const serving = [slow('receiver'), quick('server')];
  const groups: Stop[] = [
    { part: null, stop: (deadline) => stopTogether(loops, deadline) },
    { part: null, stop: (deadline) => stopAll(serving, deadline) },
  ];
  const all: Stop[] = [
    quick('database'),
    slow('clock'),
    { part: null, stop: (deadline) => stopTogether(groups, deadline) },
  ];
  expect((await stopWithin(50, all)).sort()).toEqual(['listener', 'receiver', 'worker']);
  expect(stopped.sort()).toEqual(['database', 'relay', 'server']);
});

test('a part that fails to stop fails the stop, and the others stop', async () => {
  const { stopped, quick } = parts();
  const fails = { part: 'worker', stop: () => Promise.reject(new Error('no outcome')) };
  await expect(stopWithin(LONG_MS, [quick('first'), fails])).rejects.toThrow('no outcome');
  expect(stopped).toEqual(['first']);
});
