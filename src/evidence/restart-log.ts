// A new log after heads were lost, as by a restored backup: it continues with the leaves that are there, under another name.
import { recordOwnAct } from '../audit/write-audit-entry';
import type { Keyring } from '../keyring/keyring';
import type { Db } from '../sql/db';
import type { Transaction } from '../sql/transactions';
import { RESTARTED_ACTION } from './formats/leaf-kinds';
import { type Checkpoint, readCheckpoint } from './formats/signed-note';
import { evidenceKeys, newestHead, type SignedHead } from './head.store';
import { beginsWith, contradictionOf, type HeadMemory, SealingStopped } from './known-head';
import { makeLogKey, originOf, readOrigin } from './log-key';
import { appendFirst, signHead } from './seal';
import { deleteReportedHeads, reportedHeads } from './sealing-stop.store';
import { newestTree, waitForTree } from './tree.store';

export interface Restarted {
  /** The first head of the new log. */
  head: SignedHead;
  vkey: string;
  /** The newest known head of the log before. */
  lost: Checkpoint;
}

/** Nothing was lost, or what is known about it cannot be read. */
export class NoRestart extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoRestart';
  }
}

export interface Restart {
  keyring: Keyring;
  /** The host of the log, if the database has none. */
  host: string;
  memory: HeadMemory;
  /** The reason, for the audit trail. */
  reason: string;
}

/**
 * Makes a new log, whose first own leaf is an audit entry that names the newest known head of the log before.
 * @throws NoRestart if the tree contains all known heads
 */
export async function restartLog(transaction: Transaction, restart: Restart): Promise<Restarted> {
  const { keyring, host, memory, reason } = restart;
  const { vkey, lost } = await transaction(async (db) => {
    await waitForTree(db);
    const note = newestOf(await lostHeads(db, memory, host));
    if (note === null) throw new NoRestart('The tree contains every known head: there is nothing to restart.');
    const before = readCheckpoint(note) as Checkpoint;
    const [key] = await evidenceKeys(db);
    const origin = originOf(hostIn(before.origin, host), Math.max(numberIn(before.origin), numberIn(key?.origin)) + 1);
    const made = await makeLogKey(db, keyring, origin, note);
    const subjectId = made.id;
    const details = { origin, vkey: made.vkey, lostHead: note, lostVkey: key?.vkey ?? null };
    const entryId = await recordOwnAct(db, {
      action: RESTARTED_ACTION,
      subjectType: 'EvidenceKey',
      subjectId,
      reason,
      details,
    });
    await appendFirst(db, 'audit', entryId);
    await deleteReportedHeads(db);
    return { vkey: made.vkey, lost: before };
  });
  const head = await transaction(async (db) => {
    await waitForTree(db);
    return (await signHead(db, keyring, host, memory)) ?? (await newestHead(db));
  });
  return { head: head as SignedHead, vkey, lost };
}

const numberIn = (origin: string | undefined) => readOrigin(origin ?? '')?.number ?? 0;
const hostIn = (origin: string, host: string) => readOrigin(origin)?.host ?? host;

/** Known heads that the tree does not contain. */
async function lostHeads(db: Db, memory: HeadMemory, host: string): Promise<string[]> {
  const lost: string[] = [];
  const consider = async (note: string) => {
    const fault = await contradictionOf(db, note, 'The known head', host);
    if (fault?.checkpoint) lost.push(fault.checkpoint);
    return fault;
  };
  for (const { checkpoint } of await reportedHeads(db)) await consider(checkpoint as string);
  const kept = await memory.kept();
  const fault = kept === null ? null : await consider(kept);
  // a file that says nothing about this log must be corrected, not ignored
  if (fault && !fault.checkpoint) throw new SealingStopped(fault.code, fault.message);
  const signed = await newestHead(db);
  const head = readCheckpoint(signed?.checkpoint ?? '');
  const tree = await newestTree(db);
  if (signed && !(head && tree && (await beginsWith(db, tree, head)))) lost.push(signed.checkpoint);
  return lost;
}

/** Of the log that was restarted last, and in it the largest. */
function newestOf(notes: readonly string[]): string | null {
  const order = (note: string): [number, number] => {
    const head = readCheckpoint(note);
    return [numberIn(head?.origin), head?.treeSize ?? 0];
  };
  const [newest = null] = [...notes].sort((one, other) => {
    const [[number, size], [otherNumber, otherSize]] = [order(one), order(other)];
    return otherNumber - number || otherSize - size;
  });
  return newest;
}
