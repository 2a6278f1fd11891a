// Builds the tree again from its leaves, and compares it with the stored roots and with every signed head.
import type { Keyring } from '../../../keyring/keyring';
import type { Db } from '../../../sql/db';
import { Frontier, hashesOf, type TreeNode } from '../../formats/merkle-tree';
import { type Checkpoint, noteOf, openNote, readCheckpoint, type VerifierKey } from '../../formats/signed-note';
import { LEVELS_PER_TILE } from '../../formats/tree-proofs';
import { checkAnchors, type LostHead, type TrustedParties } from './check-anchors';
import { checkKeys, LogKeys } from './check-keys';
import type { Findings } from './findings';
import {
  blocksFrom,
  type CheckedBlock,
  countPlaces,
  headsWithoutBlock,
  storedNodes,
  wrongBlocks,
  wrongHeads,
  wrongNodes,
  wrongPlaces,
} from './tree-rows.store';

/** Blocks that are read at once, at most 8,192 leaves each: 4 MiB. */
const BLOCKS = 16;

/** What a verification believes besides the database. */
export interface Trust extends TrustedParties {
  /** null: private halves of keys are not opened. */
  keyring: Keyring | null;
}

export interface TreeListener {
  /** Is called with the leaves of each block. */
  onLeaves(first: number, hashes: readonly Buffer[]): void;
  /** Is called after each page of blocks. @param size the number of leaves that were checked so far */
  onPage(size: number): Promise<void>;
}

/**
 * @param knownHeads signed heads that the caller holds: the only ones that a person with the database and the key cannot
 *   have replaced
 */
export async function checkTree(
  db: Db,
  knownHeads: readonly string[],
  trust: Trust,
  findings: Findings,
  listener: TreeListener,
): Promise<void> {
  await checkKeys(db, trust.keyring, findings);
  const { proven, lost } = await checkAnchors(db, trust, findings);
  const keys = await LogKeys.read(db, proven);
  const outside = new OutsideHeads(lost);
  for (const note of knownHeads) {
    const head = openKnown(note, keys.all, findings);
    if (head) outside.add(head, 'that you hold');
  }
  for (const { head, by } of proven) outside.add(head, `that ${by} knew`);
  const size = await checkBlocks(db, keys, outside, findings, listener);
  await checkStrayHeads(db, size, findings);
  await checkTreeRows(db, size, findings);
  keys.report(findings);
}

/** @returns the number of leaves that were checked */
async function checkBlocks(
  db: Db,
  keys: LogKeys,
  outside: OutsideHeads,
  findings: Findings,
  { onLeaves, onPage }: TreeListener,
): Promise<number> {
  const frontier = new Frontier(0, Buffer.alloc(0));
  let page: CheckedBlock[];
  do {
    const nodes: TreeNode[] = [];
    const keep = (node: TreeNode) => {
      if (node.level % LEVELS_PER_TILE === 0) nodes.push(node);
    };
    page = await blocksFrom(db, frontier.size, BLOCKS);
    for (const block of page) {
      // it claims leaves that another block has: wrongBlocks names it
      if (block.firstIndex < frontier.size) continue;
      if (block.firstIndex > frontier.size) {
        findings.add('TRUNCATED', `The leaves from ${frontier.size} to ${block.firstIndex - 1} are missing.`, {
          leafIndex: frontier.size,
        });
        return frontier.size;
      }
      const hashes = hashesOf(block.leafHashes);
      onLeaves(block.firstIndex, hashes);
      for (const hash of hashes) {
        frontier.append(hash, keep);
        outside.check(frontier, findings);
      }
      checkBlock(block, frontier, keys, findings);
    }
    await checkNodes(db, nodes, findings);
    await onPage(frontier.size);
  } while (page.length === BLOCKS);
  outside.finish(frontier.size, findings);
  return frontier.size;
}

/** Proofs are made of stored hashes: one that was edited makes a proof of what is true look like a forgery. */
async function checkNodes(db: Db, nodes: readonly TreeNode[], findings: Findings): Promise<void> {
  if (nodes.length === 0) return;
  const stored = await storedNodes(db, nodes);
  nodes.forEach(({ level, index, hash }, at) => {
    if (stored[at]?.equals(hash)) return;
    const message = `The stored hash of level ${level}, number ${index}, is not that of its leaves: proofs that use it are wrong.`;
    findings.add('BAD_HASH', message, { leafIndex: index * 2 ** level });
  });
}

/** Heads that no block leads to: the blocks were removed or joined, and the heads forgotten. */
async function checkStrayHeads(db: Db, size: number, findings: Findings): Promise<void> {
  const { count, smallest, largest } = await headsWithoutBlock(db);
  if (smallest === null || largest === null) return;
  const which =
    count === 1 ? `A head of ${largest} leaves was` : `${count} heads of ${smallest} to ${largest} leaves were`;
  const message = `${which} signed, and no block of leaves ends there.`;
  findings.add(largest > size ? 'TRUNCATED' : 'BAD_HEAD', message, { treeSize: largest });
}

function openKnown(note: string, keys: readonly VerifierKey[], findings: Findings): Checkpoint | null {
  const text = openNote(noteOf(note), keys);
  const head = text === null ? null : readCheckpoint(text);
  if (head) return head;
  findings.add('BAD_HEAD', `A known head is not signed by a key of this log: ${JSON.stringify(note.slice(0, 80))}.`);
  return null;
}

function checkBlock(block: CheckedBlock, frontier: Frontier, keys: LogKeys, findings: Findings): void {
  const root = frontier.root();
  const treeSize = frontier.size;
  const about = { treeSize };
  if (!block.rootHash?.equals(root) || !block.frontier?.equals(frontier.bytes())) {
    findings.add('BAD_HEAD', `The stored root of ${treeSize} leaves is not the root of these leaves.`, about);
  }
  for (const { origin, checkpoint } of block.heads) {
    const text = openNote(checkpoint, keys.of(origin));
    const head = text === null ? null : readCheckpoint(text);
    if (!head) {
      findings.add('BAD_HEAD', `The signature of the head of ${treeSize} leaves is wrong.`, about);
    } else if (head.origin !== origin || head.treeSize !== treeSize || !head.rootHash.equals(root)) {
      findings.add('BAD_HEAD', `The signed head of ${treeSize} leaves has another root than these leaves.`, about);
    } else {
      keys.judge(checkpoint, treeSize);
    }
  }
}

// Names the rows of the tables of the tree that sealing does not write: a verification that reads the rows it expects meets no others.

/** @param size the number of leaves that were checked */
async function checkTreeRows(db: Db, size: number, findings: Findings): Promise<void> {
  for (const { firstIndex } of await wrongBlocks(db)) {
    const message =
      'The numbers or the time of a block are not those of its leaves, or another block has its leaves too.';
    findings.add('BAD_TREE', message, { leafIndex: firstIndex });
  }
  for (const { level, index } of await wrongNodes(db)) {
    const message = `The stored hash of level ${level}, number ${index}, is repeated, or the tree has none there.`;
    findings.add('BAD_TREE', message);
  }
  for (const { treeSize } of await wrongHeads(db)) {
    const message = `The row of the head of ${treeSize} leaves is repeated, or has values that no head has.`;
    findings.add('BAD_HEAD', message, { treeSize });
  }
  await checkPlaces(db, size, findings);
}

async function checkPlaces(db: Db, size: number, findings: Findings): Promise<void> {
  const { within, outside } = await countPlaces(db, size);
  // with other findings, a place may be surplus and another one missing
  if (within === size && outside === 0 && findings.count === 0) return;
  for (const { kind, rowId, leafIndex } of await wrongPlaces(db)) {
    const message =
      'A place in the tree belongs to no row or is repeated, and its leaf has another place or is none of the tree.';
    findings.add('BAD_TREE', message, { kind, rowId, leafIndex });
  }
}

// Heads that are known outside of the database: the only ones that a person with the database and the key cannot have replaced.

interface Known {
  rootHash: Buffer;
  /** The end of a description, such as `that you hold`. */
  whose: string;
}

/** Compares them with the tree while it is built, leaf by leaf. */
class OutsideHeads {
  private readonly known = new Map<number, Known[]>();
  private readonly lost = new Map<number, LostHead[]>();

  /** @param lost cosignatures whose head is gone */
  constructor(lost: readonly LostHead[]) {
    for (const head of lost) this.lost.set(head.treeSize, [...(this.lost.get(head.treeSize) ?? []), head]);
  }

  add({ treeSize, rootHash }: Checkpoint, whose: string): void {
    this.known.set(treeSize, [...(this.known.get(treeSize) ?? []), { rootHash, whose }]);
  }

  check(frontier: Frontier, findings: Findings): void {
    const { size: treeSize } = frontier;
    const [known, lost] = [this.known.get(treeSize), this.lost.get(treeSize)];
    if (!known && !lost) return;
    const root = frontier.root();
    for (const { rootHash, whose } of known ?? []) {
      if (rootHash.equals(root)) continue;
      findings.add('FORKED', `The tree of ${treeSize} leaves is another one than the head says ${whose}.`, {
        treeSize,
      });
    }
    for (const { by, isOf } of lost ?? []) {
      if (isOf(root))
        findings.add('BAD_HEAD', `The head of ${treeSize} leaves is gone, which ${by} cosigned.`, { treeSize });
      else
        findings.add('FORKED', `${by} cosigned another tree of ${treeSize} leaves, whose head is gone.`, { treeSize });
    }
  }

  /** @param size of the whole tree */
  finish(size: number, findings: Findings): void {
    const larger = [...new Set([...this.known.keys(), ...this.lost.keys()])].filter((treeSize) => treeSize > size);
    for (const treeSize of larger) {
      findings.add('TRUNCATED', `The tree has ${size} leaves, but a head of ${treeSize} leaves was signed.`, {
        treeSize,
      });
    }
  }
}
