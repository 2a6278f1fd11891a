// Makes inclusion and consistency proofs (RFC 6962, sections 2.1.1 and 2.1.2) from stored hashes.
import { HASH_BYTES, nodeHashOf, perfectRoot, splitOf } from './merkle-tree';

/** Every 8th level of the tree is stored. */
export const LEVELS_PER_TILE = 8;
export const TILE_WIDTH = 256;

/**
 * Reads up to 256 stored hashes, which belong together.
 * @param tileLevel 0: the leaves; 1: the nodes at level 8; 2: at level 16 and so on
 * @param tileIndex 0 has the first 256 hashes of the level
 * @returns the hashes that exist, concatenated
 */
export type ReadTile = (tileLevel: number, tileIndex: number) => Promise<Buffer>;

export class MissingHashes extends Error {
  constructor(level: number) {
    super(`the tree lacks hashes of level ${level}`);
    this.name = 'MissingHashes';
  }
}

/** From the sibling of the leaf to the child of the root. */
export function inclusionProof(index: number, size: number, read: ReadTile): Promise<Buffer[]> {
  return pathOf(index, 0, size, cached(read));
}

/** Whether a tree can have this number of leaves. */
export const isSize = (value: number) => Number.isSafeInteger(value) && value >= 1;

/**
 * That the tree of the first `from` leaves is the beginning of the tree of `to` leaves.
 * @throws Error if `from` is not a size up to `to`
 */
export async function consistencyProof(from: number, to: number, read: ReadTile): Promise<Buffer[]> {
  if (from !== 0 && !(isSize(from) && from <= to)) throw new Error(`no tree of ${to} leaves begins with ${from}`);
  return from === 0 || from === to ? [] : subproof(from, 0, to, true, cached(read));
}

// the leaf is number `index` of those from `start` to `start + size`
async function pathOf(index: number, start: number, size: number, read: ReadTile): Promise<Buffer[]> {
  if (size === 1) return [];
  const split = splitOf(size);
  const isLeft = index < split;
  const [path, sibling] = await Promise.all(
    isLeft
      ? [pathOf(index, start, split, read), rootOf(start + split, size - split, read)]
      : [pathOf(index - split, start + split, size - split, read), rootOf(start, split, read)],
  );
  return [...path, sibling];
}

async function subproof(
  from: number,
  start: number,
  size: number,
  isWhole: boolean,
  read: ReadTile,
): Promise<Buffer[]> {
  if (from === size) return isWhole ? [] : [await rootOf(start, size, read)];
  const split = splitOf(size);
  const isLeft = from <= split;
  const [proof, sibling] = await Promise.all(
    isLeft
      ? [subproof(from, start, split, isWhole, read), rootOf(start + split, size - split, read)]
      : [subproof(from - split, start + split, size - split, false, read), rootOf(start, split, read)],
  );
  return [...proof, sibling];
}

/** The root over the `size` leaves from `start`. Either they are a perfect subtree, or they end with the tree. */
async function rootOf(start: number, size: number, read: ReadTile): Promise<Buffer> {
  const split = size === 1 ? 1 : splitOf(size);
  const isPerfect = size === 1 || split * 2 === size;
  if (!isPerfect) {
    const [left, right] = await Promise.all([rootOf(start, split, read), rootOf(start + split, size - split, read)]);
    return nodeHashOf(left, right);
  }
  const level = Math.log2(size);
  const tileLevel = Math.floor(level / LEVELS_PER_TILE);
  // the node is the root of `width` hashes that lie side by side in one tile
  const width = 2 ** (level % LEVELS_PER_TILE);
  const first = start / 2 ** (tileLevel * LEVELS_PER_TILE);
  const tile = await read(tileLevel, Math.floor(first / TILE_WIDTH));
  const begin = (first % TILE_WIDTH) * HASH_BYTES;
  const hashes = tile.subarray(begin, begin + width * HASH_BYTES);
  if (hashes.length !== width * HASH_BYTES) throw new MissingHashes(tileLevel * LEVELS_PER_TILE);
  return perfectRoot(hashes);
}

/** Reads each tile once. */
export function cached(read: ReadTile): ReadTile {
  const tiles = new Map<string, Promise<Buffer>>();
  return (tileLevel, tileIndex) => {
    const key = `${tileLevel}/${tileIndex}`;
    const known = tiles.get(key) ?? read(tileLevel, tileIndex);
    tiles.set(key, known);
    return known;
  };
}

// The proof of one record as text: c2sp.org/tlog-proof, which anyone can check offline.

export interface TlogProof {
  /** What is needed to make the leaf again. It is not authenticated by itself: its hash is. */
  extra: string;
  index: number;
  proof: readonly Buffer[];
  /** The signed head of the tree. */
  checkpoint: string;
}

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';

export function writeTlogProof({ extra, index, proof, checkpoint }: TlogProof): string {
  const lines = [
    FIRST_LINE,
    `extra ${Buffer.from(extra).toString('base64')}`,
    `index ${index}`,
    ...proof.map((hash) => hash.toString('base64')),
  ];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}
