// Signs the head of the tree.
import { currentTime } from '../clock';
import type { Keyring } from '../keyring/keyring';
import type { Db } from '../sql/db';
import { checkpointText, readCheckpoint, signNote } from './formats/signed-note';
import { insertHead, newestHead, type SignedHead } from './head.store';
import { type HeadMemory, NO_HEAD_FILE } from './head-memory';
import { beginsWith, SealingStopped } from './known-head';
import { type LogKey, signingKeys } from './log-key';
import { lockTree, newestTree, type StoredTree } from './tree.store';

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
