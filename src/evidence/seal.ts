// Sealing: moves leaves from the queue into the tree, and then signs the head of the committed tree.
import { setImmediate as untilSent } from 'node:timers/promises';
import { currentTime } from '../clock';
import type { Keyring } from '../keyring/keyring';
import { isUniqueViolation } from '../sql/database-errors';
import type { Db } from '../sql/db';
import type { Transaction } from '../sql/transactions';
import { LEAF_KINDS, type LeafKind } from './formats/leaf-kinds';
import { Frontier, HASH_BYTES, hashesOf, type TreeNode } from './formats/merkle-tree';
import { checkpointText, readCheckpoint, signNote } from './formats/signed-note';
import { LEVELS_PER_TILE } from './formats/tree-proofs';
import { insertHead, newestHead, type SignedHead } from './head.store';
import { createHeadMemory, type HeadMemory } from './head-memory';
import { SealingStopped } from './known-head';
import { type LogKey, signingKeys } from './log-key';
import {
  insertBlock,
  lockTree,
  type NewBlock,
  newestTree,
  rootAt,
  takeLeaf,
  takeLeaves,
  takeNewLeaves,
} from './tree.store';

/** The leaves of one block. More at once would hold their locks longer and take no less time for each. */
const MAX_BLOCK = 8_192;
/** Of one transaction. */
const MAX_BLOCKS = 4;

/** Without EVIDENCE_HEAD_FILE. */
const NO_FILE = createHeadMemory(null, 'localhost');

export interface Appending {
  take?: typeof takeLeaves;
  /** Of one block. */
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
  memory: HeadMemory = NO_FILE,
  { take = takeLeaves, maxLeaves = MAX_BLOCK, maxBlocks = MAX_BLOCKS }: Appending = {},
): Promise<Appended | null> {
  if (!(await lockTree(db))) return null;
  await memory.check(db);
  const tree = await readTree(db);
  const begin = tree.size;
  let isFull = false;
  let leafHashes = await take(db, begin, maxLeaves);
  for (let blocks = 1; leafHashes !== null; blocks++) {
    const count = leafHashes.length / HASH_BYTES;
    isFull = count === maxLeaves && blocks === maxBlocks;
    // PostgreSQL takes the next leaves while this process hashes these
    const next = count === maxLeaves && !isFull ? take(db, tree.size + count, maxLeaves) : null;
    next?.catch(() => undefined);
    await untilSent();
    const stored = insertBlock(db, extend(tree, leafHashes));
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
  memory: HeadMemory = NO_FILE,
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
  if (last?.origin === origin) await refuseContradiction(db, last);
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

async function refuseContradiction(db: Db, { checkpoint, treeSize }: SignedHead): Promise<void> {
  const root = await rootAt(db, treeSize);
  const signed = readCheckpoint(checkpoint)?.rootHash;
  if (root && signed?.equals(root)) return;
  const message = `The tree contradicts its signed head of ${treeSize} leaves: run verifyEvidence.`;
  throw new SealingStopped('CONTRADICTS', message, checkpoint);
}

/** Compares the known heads with the tree. @returns false: another process seals @throws SealingStopped */
export async function checkHeads(db: Db, memory: HeadMemory): Promise<boolean> {
  if (!(await lockTree(db))) return false;
  await memory.check(db);
  return true;
}

/** Seals everything that waits. @returns whether leaves were appended @throws SealingStopped */
export async function seal(
  transaction: Transaction,
  keyring: Keyring,
  host: string,
  memory: HeadMemory = NO_FILE,
): Promise<boolean> {
  const appended = await transaction((db) => appendBlocks(db, memory)).catch((error) => {
    if (!isUniqueViolation(error)) throw error;
    return transaction((db) => appendBlocks(db, memory, { take: takeNewLeaves }));
  });
  const isFull = appended?.isFull ?? false;
  // a backlog is signed once, at its end
  if (!isFull) await transaction((db) => signHead(db, keyring, host, memory));
  return isFull;
}
