// The verifier accepts the right proofs of trees of every size, and names the wrong ones.

import { verify } from '../sealing';
import { bundleOf, MadeLog, type ProofChanges } from './made-log';

const recordOf = (n: number) => `{"content":{},"id":"${n}","kind":"decision","v":1}`;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const log = new MadeLog('erp.example.com/evidence/1', range(0, 699).map(recordOf));

interface Wanted {
  size: number;
  leaves: readonly number[];
  /** The sizes of earlier heads. */
  heads: readonly number[];
  of?: MadeLog;
}

async function verdictOn({ size, leaves, heads, of = log }: Wanted, changes: ProofChanges = {}, root?: Buffer) {
  const proofs = await Promise.all(leaves.map((index) => of.proof(index, size, { at: index, ...changes })));
  const earlier = await Promise.all(heads.map((from) => of.earlier(from, size, root)));
  const { code, output } = await verify(bundleOf(proofs, { heads: earlier }), ['--key', of.vkey, '--json']);
  return {
    code,
    ...(JSON.parse(output) as { verified: boolean; findings: { leaf: number | null; problem: string }[] }),
  };
}

const RIGHT = { code: 0, verified: true, findings: [] };

test.each([
  [1, 18],
  [19, 36],
  [37, 54],
  [55, 70],
  [127, 130],
])('every inclusion and consistency proof of the sizes %i to %i is right', async (from, to) => {
  for (const size of range(from, to)) {
    expect(await verdictOn({ size, leaves: range(0, size - 1), heads: range(1, size) })).toMatchObject(RIGHT);
  }
});

test.each([255, 256, 257, 511, 512, 513, 700])(
  'proofs at the edges of tiles are right in a tree of %i leaves',
  async (size) => {
    const edges = [0, 1, 254, 255, 256, 257, 511, 512, size - 2, size - 1].filter((at) => at < size);
    const heads = [1, 255, 256, 257, 511, size - 1].filter((at) => at <= size);
    expect(await verdictOn({ size, leaves: [...new Set(edges)], heads })).toMatchObject(RIGHT);
  },
);

test('proofs at the edges of the third level of tiles are right', async () => {
  const of = new MadeLog('erp.example.com/evidence/1', range(0, 65_536).map(recordOf));
  for (const size of [65_535, 65_536, 65_537]) {
    const leaves = [0, 255, 256, 32_768, 65_279, 65_280, size - 1];
    expect(await verdictOn({ size, leaves, heads: [1, 256, 65_535], of })).toMatchObject(RIGHT);
  }
});

const CHANGES: Record<string, ProofChanges> = {
  'cut off': { change: (hashes) => hashes.slice(0, -1) },
  extended: { change: (hashes) => [...hashes, Buffer.alloc(32)] },
  swapped: { change: ([first, second, ...rest]) => [second, first, ...rest] as Buffer[] },
};

test.each(Object.entries(CHANGES))('every proof that is %s is found', async (_what, changes) => {
  for (const size of [5, 8, 65, 130]) {
    // the last leaf of a tree of 5 or 65 has one hash, which cannot be swapped with another
    const leaves = range(0, size - 2);
    const { code, findings } = await verdictOn({ size, leaves, heads: [] }, changes);
    expect([code, findings.map(({ leaf }) => leaf)]).toEqual([1, leaves]);
  }
});

test('every proof for another place in the tree is found, also for one outside of it', async () => {
  for (const size of [2, 65, 130]) {
    for (const index of [0, size - 1]) {
      for (const at of new Set([index + 1, size, 2 * size])) {
        const { code, findings } = await verdictOn({ size, leaves: [index], heads: [] }, { at });
        expect([code, findings.map(({ leaf }) => leaf)]).toEqual([1, [at]]);
      }
    }
  }
});

test('every head of another history is found', async () => {
  for (const size of [1, 2, 5, 8, 65, 130]) {
    const { code, findings } = await verdictOn({ size, leaves: [0], heads: range(1, size) }, {}, Buffer.alloc(32));
    expect([code, findings.length]).toEqual([1, size]);
  }
});

test('a head that claims more leaves than its root has is found', async () => {
  const proof = await log.proof(0, 2);
  const claimed = proof.slice(0, proof.indexOf('\n\n') + 2) + log.head(100, log.root(2));
  const bundle = bundleOf([claimed], { heads: [await log.earlier(1, 2)] });
  const { code, output } = await verify(bundle, ['--key', log.vkey, '--json']);
  expect([code, JSON.parse(output).findings]).toMatchObject([1, [{ leaf: 0 }, { leaf: null }]]);
});
