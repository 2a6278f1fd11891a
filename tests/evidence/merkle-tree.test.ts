// The tree against the definitions of RFC 6962, and its proofs against @sigstore/verify.
import { createHash } from 'node:crypto';
import { EMPTY_ROOT, Frontier, isConsistent, leafHashOf } from '../../src/evidence/formats/merkle-tree';
import { consistencyProof, inclusionProof } from '../../src/evidence/formats/tree-proofs';
import { acceptsInclusion } from './sigstore-verify';
import { storedTree } from './verifier/made-log';

const contents = Array.from({ length: 700 }, (_, n) => `leaf ${n}`);
const leaves = contents.map(leafHashOf);

// RFC 6962, section 2.1, word for word
function treeHash(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return createHash('sha256').digest();
  if (hashes.length === 1) return hashes[0] as Buffer;
  let k = 1;
  while (k * 2 < hashes.length) k *= 2;
  const pair = [Buffer.from([1]), treeHash(hashes.slice(0, k)), treeHash(hashes.slice(k))];
  return createHash('sha256').update(Buffer.concat(pair)).digest();
}

const read = storedTree(leaves);
const roots = new Map<number, Buffer>();
function rootOf(size: number): Buffer {
  const root = roots.get(size) ?? treeHash(leaves.slice(0, size));
  roots.set(size, root);
  return root;
}

test('the frontier has the root of RFC 6962 at every size, also when it goes on from its bytes', () => {
  let frontier = new Frontier(0, Buffer.alloc(0));
  expect(frontier.root()).toEqual(EMPTY_ROOT);
  for (let size = 1; size <= 300; size++) {
    frontier.append(leaves[size - 1] as Buffer);
    expect(frontier.root()).toEqual(rootOf(size));
    if (size % 7 === 0) frontier = new Frontier(size, frontier.bytes());
  }
  expect(() => new Frontier(5, frontier.bytes())).toThrow('a tree of 5 leaves has another frontier');
});

test('every inclusion proof of the sizes 1 to 66 and 127 to 130 is right for @sigstore/verify', async () => {
  const sizes = Array.from({ length: 66 }, (_, n) => n + 1);
  const wrong: string[] = [];
  for (const size of [...sizes, 127, 128, 129, 130]) {
    const root = rootOf(size);
    for (let index = 0; index < size; index++) {
      const proof = await inclusionProof(index, size, read);
      const content = Buffer.from(contents[index] as string);
      if (!acceptsInclusion({ content, index, proof, size, root })) wrong.push(`${index} of ${size}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('every consistency proof between sizes of 1 to 70 is right, and no other for these heads', async () => {
  const wrong: string[] = [];
  for (let to = 1; to <= 70; to++) {
    for (let from = 1; from <= to; from++) {
      const proof = await consistencyProof(from, to, read);
      const heads = [leafHashOf('another history'), rootOf(from)].map((root) => [from, root] as const);
      const accepted = heads.map((head) => isConsistent(head, [to, rootOf(to)], proof));
      const others = [[...proof, leafHashOf('more')], ...(proof.length > 0 ? [proof.slice(1)] : [])];
      accepted.push(...others.map((other) => isConsistent([from, rootOf(from)], [to, rootOf(to)], other)));
      if (accepted.indexOf(true) !== 1 || accepted.lastIndexOf(true) !== 1) wrong.push(`${from} to ${to}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('a proof that is cut off, extended, moved or swapped is wrong for @sigstore/verify', async () => {
  const [index, size] = [77, 130];
  const root = rootOf(size);
  const proof = await inclusionProof(index, size, read);
  const [first, second, ...rest] = proof as [Buffer, Buffer, ...Buffer[]];
  const wrong: [number, number, Buffer[]][] = [
    [index, size, proof.slice(0, -1)],
    [index, size, [...proof, first]],
    [index + 1, size, proof],
    [index, size - 1, proof],
    [index, size, [second, first, ...rest]],
    [size, size, proof],
  ];
  for (const [at, of, hashes] of wrong) {
    const content = Buffer.from(contents[index] as string);
    expect(acceptsInclusion({ content, index: at, proof: hashes, size: of, root })).toBe(of === size - 1);
  }
});
