import { createFairSlots } from '../src/limits/fair-slots';

/** Work that ends when it is told to. */
function tasks() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
  };
  return { begun, work, end: (name: string) => ends.get(name)?.() };
}

const names = (group: string, count: number) => Array.from({ length: count }, (_, n) => `${group} ${n}`);
const turn = () => new Promise(setImmediate);

test('a group whose work hangs takes half of the slots, two take a third each, and others find one free', async () => {
  const { begun, work, end } = tasks();
  const slots = createFairSlots(32);
  const all = names('a', 100).map((name) => slots.run('a', work(name)));
  await turn();
  expect(begun).toEqual(names('a', 16));
  for (const name of names('b', 100)) void slots.run('b', work(name));
  await turn();
  expect(begun).toHaveLength(24);
  const other = slots.run('c', work('c 0'));
  await turn();
  end('c 0');
  expect(await other).toBe('c 0');
  end('a 3');
  expect(await all[3]).toBe('a 3');
  await turn();
  // b has fewer
  expect(begun.at(-1)).toBe('b 8');
});

test('what waits runs in its order as others end, also when they fail', async () => {
  const order: string[] = [];
  const slots = createFairSlots(2);
  const all = names('a', 20).map((name, n) =>
    slots.run('a', async () => {
      order.push(name);
      await turn();
      if (n % 2 === 0) throw new Error('it does not exist');
    }),
  );
  const ends = await Promise.allSettled(all);
  expect(order).toEqual(names('a', 20));
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(10);
});
