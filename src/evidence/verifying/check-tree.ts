// Builds the tree again from its leaves, and compares it with the stored roots and with every signed head.
import type { Db } from '../../sql/db';
import { Frontier, hashesOf } from '../formats/merkle-tree';
import { type Checkpoint, openNote, readCheckpoint, type VerifierKey } from '../formats/signed-note';
import { blocksFrom, type CheckedBlock } from './checked-rows.store';
import { LogKeys } from './compromised-keys';
import type { Findings } from './findings';

/** Blocks that are read at once, at most 8,192 leaves each: 4 MiB. */
const BLOCKS = 16;

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
  findings: Findings,
  listener: TreeListener,
): Promise<void> {
  const keys = await LogKeys.read(db);
  await checkBlocks(db, keys, knownHeads, findings, listener);
  keys.report(findings);
}

async function checkBlocks(
  db: Db,
  keys: LogKeys,
  knownHeads: readonly string[],
  findings: Findings,
  { onLeaves, onPage }: TreeListener,
): Promise<void> {
  const known = knownHeads.flatMap((note) => openKnown(note, keys.all, findings));
  const frontier = new Frontier(0, Buffer.alloc(0));
  let page: CheckedBlock[];
  do {
    page = await blocksFrom(db, frontier.size, BLOCKS);
    for (const block of page) {
      if (block.firstIndex !== frontier.size) {
        findings.add('TRUNCATED', `The leaves from ${frontier.size} to ${block.firstIndex - 1} are missing.`, {
          leafIndex: frontier.size,
        });
        return;
      }
      const hashes = hashesOf(block.leafHashes);
      onLeaves(block.firstIndex, hashes);
      for (const hash of hashes) {
        frontier.append(hash);
        for (const head of known) if (head.treeSize === frontier.size) checkKnown(head, frontier.root(), findings);
      }
      checkBlock(block, frontier, keys, findings);
    }
    await onPage(frontier.size);
  } while (page.length === BLOCKS);
  for (const { treeSize } of known) {
    if (treeSize > frontier.size) {
      findings.add('TRUNCATED', `The tree has ${frontier.size} leaves, but a head of ${treeSize} leaves was signed.`, {
        treeSize,
      });
    }
  }
}

function openKnown(note: string, keys: readonly VerifierKey[], findings: Findings): Checkpoint[] {
  const text = openNote(note, keys);
  const head = text === null ? null : readCheckpoint(text);
  if (head) return [head];
  findings.add('BAD_HEAD', `A known head is not signed by a key of this log: ${JSON.stringify(note.slice(0, 80))}.`);
  return [];
}

function checkKnown({ treeSize, rootHash }: Checkpoint, root: Buffer, findings: Findings): void {
  if (rootHash.equals(root)) return;
  findings.add('FORKED', `The tree of ${treeSize} leaves is another one than the known head says.`, { treeSize });
}

function checkBlock(block: CheckedBlock, frontier: Frontier, keys: LogKeys, findings: Findings): void {
  const root = frontier.root();
  const about = { treeSize: block.treeSize };
  if (!root.equals(block.rootHash) || !frontier.bytes().equals(block.frontier)) {
    findings.add('BAD_HEAD', `The stored root of ${block.treeSize} leaves is not the root of these leaves.`, about);
  }
  for (const note of block.checkpoints) {
    const text = openNote(note, keys.all);
    const head = text === null ? null : readCheckpoint(text);
    if (!head) {
      findings.add('BAD_HEAD', `The signature of the head of ${block.treeSize} leaves is wrong.`, about);
    } else if (head.treeSize !== block.treeSize || !head.rootHash.equals(root)) {
      findings.add(
        'BAD_HEAD',
        `The signed head of ${block.treeSize} leaves has another root than these leaves.`,
        about,
      );
    } else {
      keys.judge(note, block.treeSize);
    }
  }
}
