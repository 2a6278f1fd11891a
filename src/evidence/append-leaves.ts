// Moves leaves from the queue into the tree, in blocks.
import { setImmediate as untilSent } from 'node:timers/promises';
import { currentTime } from '../clock';
import type { Db } from '../sql/db';
import { LEAF_KINDS, type LeafKind } from './formats/leaf-kinds';
import { Frontier, HASH_BYTES, hashesOf, type TreeNode } from './formats/merkle-tree';
import { LEVELS_PER_TILE } from './formats/tree-proofs';
import { type HeadMemory, NO_HEAD_FILE } from './head-memory';
import {
  insertBlock,
  leavesExcept,
  lockTree,
  type NewBlock,
  newestTree,
  type TakeLeaves,
  takeLeaf,
} from './tree.store';

/**
 * A block takes rows of the queue until it has this number of leaves. More at once would hold their locks longer and take no less
 * time for each.
 */
const MAX_BLOCK = 8_192;
/** Maximum number of blocks of one transaction. */
const MAX_BLOCKS = 4;

export interface Appending {
  take?: TakeLeaves;
  /** A block takes rows of the queue until it has this number of leaves. */
  maxLeaves?: number;
  maxBlocks?: number;
}

export interface Appended {
  leaves: number;
  /** Whether more may wait in the queue. */
  isFull: boolean;
}

/**
 * Appends leaves of the queue to the tree, as blocks, in the caller's transaction.
 * @returns null: another process seals @throws SealingStopped
 */
export async function appendBlocks(
  db: Db,
  memory: HeadMemory = NO_HEAD_FILE,
  { take = leavesExcept(), maxLeaves = MAX_BLOCK, maxBlocks = MAX_BLOCKS }: Appending = {},
): Promise<Appended | null> {
  if (!(await lockTree(db))) return null;
  await memory.check(db);
  const tree = await readTree(db);
  const begin = tree.size;
  let isFull = false;
  let leafHashes = await take(db, begin, maxLeaves);
  for (let blocks = 1; leafHashes !== null; blocks++) {
    const count = leafHashes.length / HASH_BYTES;
    isFull = count >= maxLeaves && blocks === maxBlocks;
    // PostgreSQL takes the next leaves while this process hashes these
    const next = count >= maxLeaves && !isFull ? take(db, tree.size + count, maxLeaves) : null;
    next?.catch(() => undefined);
    await untilSent();
    // rows of the queue that were emptied by hand have no leaves
    const stored = count === 0 ? Promise.resolve() : insertBlock(db, extend(tree, leafHashes));
    stored.catch(() => undefined);
    // in the order of the statements: after a failure, the others say only that the transaction has failed
    leafHashes = await next;
    await stored;
  }
  return { leaves: tree.size - begin, isFull };
}

/** Appends the leaf of one row before all others, under the lock of the tree. @returns the size of the tree */
export async function appendFirst(db: Db, kind: LeafKind, subjectId: string): Promise<number> {
  const tree = await readTree(db);
  const leafHash = await takeLeaf(db, LEAF_KINDS[kind], subjectId, tree.size);
  if (leafHash !== null) await insertBlock(db, extend(tree, leafHash));
  return tree.size;
}

async function readTree(db: Db): Promise<Frontier> {
  const tree = await newestTree(db);
  return new Frontier(tree?.treeSize ?? 0, tree?.frontier ?? Buffer.alloc(0));
}

/** Appends leaves to the tree in memory. @returns their block */
function extend(tree: Frontier, leafHashes: Buffer): NewBlock {
  const firstIndex = tree.size;
  const nodes: TreeNode[] = [];
  const keep = (node: TreeNode) => {
    if (node.level % LEVELS_PER_TILE === 0) nodes.push(node);
  };
  for (const leaf of hashesOf(leafHashes)) tree.append(leaf, keep);
  return {
    firstIndex,
    leafHashes,
    treeSize: tree.size,
    frontier: tree.bytes(),
    rootHash: tree.root(),
    sealedAt: currentTime(),
    nodes,
  };
}
