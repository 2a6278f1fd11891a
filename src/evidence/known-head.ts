// Compares a head that was kept outside of the database with the tree: after a backup was restored, the tree lacks it.
import type { Db } from '../sql/db';
import type { StopCode } from './evidence-head.entity';
import { isConsistent } from './formats/merkle-tree';
import { type Checkpoint, readCheckpoint, readNote, readVkey } from './formats/signed-note';
import { consistencyProof, MissingHashes } from './formats/tree-proofs';
import { evidenceKeys, type StoredKey } from './head.store';
import { readOrigin } from './log-key';
import { newestTree, type StoredTree, tilesOf } from './tree.store';

/** Sealing is stopped, because a head that is signed now could contradict one that was signed before. */
export class SealingStopped extends Error {
  /**
   * @param checkpoint the known head that contradicts the tree; null: the head that this process keeps is unreadable or of
   *   another log
   */
  constructor(
    readonly code: StopCode,
    message: string,
    readonly checkpoint: string | null = null,
  ) {
    super(message);
    this.name = 'SealingStopped';
  }
}

/**
 * @param what the beginning of a sentence, such as `EVIDENCE_HEAD_FILE`
 * @param host of the log, if it has no key yet
 * @returns null: the tree contains the head, or the log was restarted after it
 */
export async function contradictionOf(
  db: Db,
  note: string,
  what: string,
  host: string,
): Promise<SealingStopped | null> {
  const keys = await evidenceKeys(db);
  const known = keys.map(({ vkey }) => readVkey(vkey)).filter((key) => key !== null);
  const opened = readNote(note, known);
  const head = opened && readCheckpoint(opened.text);
  if (!head) return new SealingStopped('UNREADABLE', `${what} is no signed head.`);
  if (opened.signature === 'WRONG') {
    return new SealingStopped('UNREADABLE', `${what} has a wrong signature: it was edited.`);
  }
  const of = readOrigin(head.origin);
  const own = (keys[0] && readOrigin(keys[0].origin)) ?? { host, number: 0 };
  if (of === null || of.host !== own.host) {
    const name = keys[0]?.origin ?? host;
    return new SealingStopped('OTHER_LOG', `${what} is of the log ${head.origin}, and this log is ${name}.`);
  }
  const missing = await treeWithout(db, head);
  const problem = of.number === own.number ? missing : missing && restartWithout(head, of.number > own.number, keys);
  return problem && new SealingStopped(problem.code, `${what} ${problem.message}`, note);
}

interface Problem {
  code: StopCode;
  message: string;
}

/** null: the tree has this head */
async function treeWithout(db: Db, { treeSize, rootHash }: Omit<Checkpoint, 'origin'>): Promise<Problem | null> {
  const tree = await newestTree(db);
  const size = tree?.treeSize ?? 0;
  if (treeSize > size) {
    const message = `has ${treeSize} leaves, and the tree ${size}: the database was restored from a backup, or lost its end.`;
    return { code: 'NEWER', message };
  }
  if (tree && (await beginsWith(db, tree, { treeSize, rootHash }))) return null;
  const message =
    `of ${treeSize} leaves is not a beginning of the tree: the tree was rewritten, or a stored hash of it was edited, ` +
    'which verifyEvidence says.';
  return { code: 'CONTRADICTS', message };
}

/**
 * Whether the tree begins with the tree of the head. A stored root says nothing about it: a login that writes the table could let
 * the log sign another history. A consistency proof does.
 */
export async function beginsWith(
  db: Db,
  tree: StoredTree,
  { treeSize, rootHash }: Omit<Checkpoint, 'origin'>,
): Promise<boolean> {
  if (treeSize > tree.treeSize) return false;
  try {
    const proof = await consistencyProof(treeSize, tree.treeSize, tilesOf(db));
    return isConsistent([treeSize, rootHash], [tree.treeSize, tree.rootHash], proof);
  } catch (error) {
    if (error instanceof MissingHashes) return false;
    throw error;
  }
}

/** null: the log was restarted since, and the restart names this head or a newer one */
function restartWithout(
  { origin, treeSize }: Checkpoint,
  isNewer: boolean,
  keys: readonly StoredKey[],
): Problem | null {
  if (isNewer) {
    const message = `is of the log ${origin}, which the database lacks: it was restored from a backup, or is another one.`;
    return { code: 'NEWER', message };
  }
  const named = keys.flatMap(({ continues }) => readCheckpoint(continues ?? '') ?? []);
  if (named.some((each) => each.origin === origin && each.treeSize >= treeSize)) return null;
  const message = `of ${treeSize} leaves is newer than the head from which the log ${origin} was restarted.`;
  return { code: 'NEWER', message };
}
