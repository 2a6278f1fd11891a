import { createLargeAnswers, largestWith } from '../../src/graphql/limits/answer-size';

const MIB = 1024 * 1024;
const turn = () => new Promise(setImmediate);

/** Notes in `begun` when the answer may be made. */
function ask(start: ReturnType<typeof createLargeAnswers>, caller: string, begun: string[]) {
  return start(caller).then((end) => {
    begun.push(caller);
    return end;
  });
}

test('a caller makes one at a time, and another caller finds a place', async () => {
  const [start, begun] = [createLargeAnswers(), [] as string[]];
  const first = await ask(start, 'a', begun);
  const second = ask(start, 'a', begun);
  const other = await ask(start, 'b', begun);
  const third = ask(start, 'c', begun);
  await turn();
  expect(begun).toEqual(['a', 'b']);
  first();
  (await second)();
  other();
  (await third)();
  expect(begun).toEqual(['a', 'b', 'a', 'c']);
});

test('one that waited too long is refused, and takes no place afterwards', async () => {
  const [start, begun] = [createLargeAnswers(5), [] as string[]];
  const end = await ask(start, 'a', begun);
  await expect(ask(start, 'a', begun)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  end();
  (await ask(start, 'a', begun))();
  expect(begun).toEqual(['a', 'a']);
});

test.each([
  [200, 8],
  [296, 12],
  [1536, 64],
  [4096, 64],
  [10, 1],
])('with a heap of %i MiB, the largest answer has %i MiB', (heap, largest) => {
  expect(largestWith(heap * MIB)).toBe(largest * MIB);
});
