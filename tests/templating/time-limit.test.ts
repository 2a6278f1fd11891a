import { runEach, TIME_LIMIT_MS, type Work } from '../../src/templating/time-limit';

interface Item {
  name: string;
  group: string;
  /** How often it runs until it is stopped, before it ends. */
  stops: number;
}

const item = (name: string, stops = 0, group = name): Item => ({ name, group, stops });
const FOREVER = Number.POSITIVE_INFINITY;

/** Never notified. */
const CELL = new Int32Array(new SharedArrayBuffer(4));

/**
 * Runs items that do not end until they are stopped, on a thread that has had the processor for so much longer whenever it is
 * asked. With less than the limit they wait, as a thread does that gets no processor; with more they loop.
 */
async function run(items: readonly Item[], stepMs: number) {
  const begun: string[] = [];
  let ms = 0;
  const work: Work<Item, { name: string }> = {
    groupOf: ({ group }) => group,
    prepare: () => undefined,
    run({ name, stops }) {
      begun.push(name);
      const times = begun.filter((each) => each === name).length;
      while (times <= stops) if (stepMs < TIME_LIMIT_MS) Atomics.wait(CELL, 0, 0);
      return { name };
    },
    cpuMs: () => {
      ms += stepMs;
      return ms;
    },
  };
  const results = await runEach(items, work);
  return { results, begun };
}

test.each([0, 7, 49.9])('an item that is stopped after %s ms of processor time is undecided, not late', async (ms) => {
  const { results } = await run([item('a'), item('b', FOREVER), item('c')], ms);
  expect(results).toEqual([{ name: 'a' }, { undecided: true }, { name: 'c' }]);
});

test('an item that a busy machine stops four times has its result from the fifth time that it runs alone', async () => {
  const { results } = await run([item('a'), item('b', 5), item('c')], 7);
  expect(results).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
});

test('an item that itself had the processor for too long is late at the second time, which may be a pause once', async () => {
  const { results, begun } = await run([item('a', FOREVER), item('b', 2), item('c')], 60);
  expect(results).toEqual([{ late: true }, { name: 'b' }, { name: 'c' }]);
  expect(begun).toEqual(['a', 'a', 'a', 'b', 'b', 'b', 'c']);
});

test('after three late items the others of the group are not begun and undecided, and those of other groups decided', async () => {
  const hostile = Array.from({ length: 200 }, (_, n) => item(`hostile ${n}`, FOREVER, 'hostile'));
  const { results, begun } = await run([...hostile, item('good')], 60);
  expect(new Set(begun)).toEqual(new Set(['hostile 0', 'hostile 1', 'hostile 2', 'good']));
  expect(results.slice(0, 3)).toEqual([{ late: true }, { late: true }, { late: true }]);
  expect(new Set(results.slice(3, 200).map((result) => JSON.stringify(result)))).toEqual(
    new Set(['{"undecided":true}']),
  );
  expect(results[200]).toEqual({ name: 'good' });
});

test('a group whose items each end just before the limit waits when they have had 300 ms alone', async () => {
  const slow = Array.from({ length: 200 }, (_, n) => item(`slow ${n}`, 1, 'slow'));
  const { results } = await run([...slow, item('good')], 49);
  const decided = results.slice(0, 200).filter((result) => 'name' in result);
  expect(decided).toEqual(slow.slice(0, 7).map(({ name }) => ({ name })));
  expect(results[200]).toEqual({ name: 'good' });
});

test('no item of a group is decided before an earlier one that is undecided', async () => {
  const items = [item('1', 0, 'a'), item('2', FOREVER, 'a'), item('3', 0, 'b'), item('4', 0, 'a')];
  const { results } = await run(items, 7);
  expect(results).toEqual([{ name: '1' }, { undecided: true }, { name: '3' }, { undecided: true }]);
});

test('calls at the same time run one slice in each turn of the event loop, which has other work too', async () => {
  let [turn, isOver] = [0, false];
  const count = () => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  count();
  const turns: number[] = [];
  const endless: Work<string, object> = {
    groupOf: (name) => name,
    prepare: () => undefined,
    run() {
      turns.push(turn);
      for (;;) Atomics.wait(CELL, 0, 0);
    },
    cpuMs: () => turns.length * TIME_LIMIT_MS,
  };
  const results = await Promise.all(['a', 'b', 'c', 'd'].map((name) => runEach([name], endless)));
  isOver = true;
  expect(results).toEqual(Array(4).fill([{ late: true }]));
  expect(turns).toHaveLength(12);
  expect(new Set(turns).size).toBe(12);
});
