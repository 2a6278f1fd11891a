// Sealing: appends the leaves of the queue to the tree, and then signs the head of the committed tree.

import { setImmediate as untilSent } from 'node:timers/promises';
import type { Keyring } from '../keyring/keyring';
import { isUniqueViolation } from '../sql/database-errors';
import type { Db } from '../sql/db';
import type { Transaction } from '../sql/transactions';
import { currentTime } from '../time/clock';
import { LEAF_KINDS, type LeafKind } from './formats/leaf-kinds';
import { Frontier, HASH_BYTES, hashesOf, type TreeNode } from './formats/merkle-tree';
import { checkpointText, readCheckpoint, signNote } from './formats/signed-note';
import { LEVELS_PER_TILE } from './formats/tree-proofs';
import { insertHead, newestHead, type SignedHead } from './head.store';
import { beginsWith, type HeadMemory, NO_HEAD_FILE, SealingStopped } from './known-head';
import { type LogKey, signingKeys } from './log-key';
import {
  insertBlock,
  leavesExcept,
  lockTree,
  type NewBlock,
  newestTree,
  newLeavesExcept,
  type StoredTree,
  type TakeLeaves,
  takeLeaf,
} from './tree.store';

/** Compares the known heads with the tree. @returns false: another process seals @throws SealingStopped */
export async function checkHeads(db: Db, memory: HeadMemory): Promise<boolean> {
  if (!(await lockTree(db))) return false;
  await memory.check(db);
  return true;
}

/**
 * Appends the leaves that wait.
 * @param except rows of the queue that stay there
 * @returns whether more wait @throws SealingStopped
 */
export async function appendWaiting(
  transaction: Transaction,
  memory: HeadMemory,
  except: readonly string[],
): Promise<boolean> {
  const appended = await transaction((db) => appendBlocks(db, memory, { take: leavesExcept(except) })).catch(
    (error) => {
      if (!isUniqueViolation(error)) throw error;
      return transaction((db) => appendBlocks(db, memory, { take: newLeavesExcept(except) }));
    },
  );
  return appended?.isFull ?? false;
}

/** Seals everything that waits. @returns whether more waits @throws SealingStopped */
export async function seal(
  transaction: Transaction,
  keyring: Keyring,
  host: string,
  memory: HeadMemory = NO_HEAD_FILE,
): Promise<boolean> {
  const isFull = await appendWaiting(transaction, memory, []);
  // while many leaves wait, the head is signed once, at the end
  if (!isFull) await transaction((db) => signHead(db, keyring, host, memory));
  return isFull;
}

// Moves leaves from the queue into the tree, in blocks.

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

// Signs the head of the tree.

/**
 * Signs the newest committed tree, in a transaction of its own: a head that is signed before its block is committed could
 * contradict the tree that is built after a rollback. The signature of a process that ended before it was stored is the
 * same as the next one, because Ed25519 is deterministic.
 * @returns null: the newest tree is signed already, or another process signs
 * @throws SealingStopped if the tree does not contain a known head
 */
export async function signHead(
  db: Db,
  keyring: Keyring,
  host: string,
  memory: HeadMemory = NO_HEAD_FILE,
): Promise<SignedHead | null> {
  if (!(await lockTree(db))) return null;
  await memory.check(db);
  const tree = await newestTree(db);
  if (!tree) return null;
  const last = await newestHead(db);
  if (last && last.treeSize >= tree.treeSize) return null;
  const keys = await signingKeys(db, keyring, host);
  const [{ origin }] = keys as [LogKey];
  // after a restart, the heads of the log before are those of another log
  if (last?.origin === origin) await refuseContradiction(db, tree, last);
  const text = checkpointText({ origin, treeSize: tree.treeSize, rootHash: tree.rootHash });
  const head = {
    origin,
    treeSize: tree.treeSize,
    checkpoint: signNote(text, origin, ...keys.map(({ privateKey }) => privateKey)),
    signedAt: currentTime(),
  };
  await insertHead(db, head);
  await memory.keep(head);
  return head;
}

async function refuseContradiction(db: Db, tree: StoredTree, { checkpoint, treeSize }: SignedHead): Promise<void> {
  const signed = readCheckpoint(checkpoint);
  if (signed && (await beginsWith(db, tree, signed))) return;
  const message = `The tree contradicts its signed head of ${treeSize} leaves: run verifyEvidence.`;
  throw new SealingStopped('CONTRADICTS', message, checkpoint);
}
