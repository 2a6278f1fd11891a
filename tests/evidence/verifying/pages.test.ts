// Pages are read ahead, in order, each row once, and no read is left behind.
import { pagesAhead } from '../../../src/evidence/verifying/run-progress';

/** Reads the numbers from 1 to `count`, and counts its reads. */
function numbers(count: number, atMost: number) {
  const asked: (number | null)[] = [];
  const read = async (after: number | null) => {
    asked.push(after);
    const first = (after ?? 0) + 1;
    return Array.from({ length: Math.min(atMost, count - first + 1) }, (_, index) => first + index);
  };
  return { asked, read };
}

async function collect(pages: AsyncIterable<number[]>): Promise<number[][]> {
  const collected: number[][] = [];
  for await (const page of pages) collected.push(page);
  return collected;
}

test.each([
  [0, [[]]],
  [2, [[1, 2]]],
  [3, [[1, 2, 3], []]],
  [7, [[1, 2, 3], [4, 5, 6], [7]]],
])('%i rows in pages of 3', async (count, expected) => {
  const { read, asked } = numbers(count, 3);
  expect(await collect(pagesAhead(read, 3))).toEqual(expected);
  expect(asked).toHaveLength(expected.length);
});

test('the next page is being read while the caller works on this one', async () => {
  const { read, asked } = numbers(7, 3);
  const askedAtPage: number[] = [];
  for await (const _page of pagesAhead(read, 3)) askedAtPage.push(asked.length);
  expect(askedAtPage).toEqual([2, 3, 3]);
});

test('a page that cannot be read fails after the pages before it', async () => {
  const { read } = numbers(7, 3);
  const seen: number[][] = [];
  const failing = pagesAhead<number>((after) => (after === 3 ? Promise.reject(new Error('cut off')) : read(after)), 3);
  const work = async () => {
    for await (const page of failing) seen.push(page);
  };
  await expect(work()).rejects.toThrow('cut off');
  expect(seen).toEqual([[1, 2, 3]]);
});

test('a caller that fails waits for the page that is being read, and gets its own error', async () => {
  let hasEnded = false;
  const read = async (after: number | null) => {
    if (after === null) return [1];
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    hasEnded = true;
    throw new Error('cut off');
  };
  const work = async () => {
    for await (const _page of pagesAhead(read, 1)) throw new Error('of the caller');
  };
  await expect(work()).rejects.toThrow('of the caller');
  expect(hasEnded).toBe(true);
});
