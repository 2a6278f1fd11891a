// Compares a head that was kept outside of the database with the tree: after a backup was restored, the tree lacks it.

import { open, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { Db } from '../sql/db';
import { isConsistent } from './formats/merkle-tree';
import { type Checkpoint, readCheckpoint, readNote, readVkey } from './formats/signed-note';
import { consistencyProof, MissingHashes } from './formats/tree-proofs';
import { evidenceKeys, newestHead, type SignedHead, type StoredKey } from './head.store';
import { readOrigin } from './log-key';
import { deleteStop, reportedHeads, type StopCode } from './sealing-stop.store';
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

// EVIDENCE_HEAD_FILE: the newest signed head, kept outside of the database, so that a restored backup is noticed.

/** A head has a few lines of signatures. */
const MAX_BYTES = 64 * 1024;

interface HeadFile {
  readonly path: string;
  /** @returns null if there is no file @throws Error if it cannot be read */
  read(): Promise<string | null>;
  /** Returns when it is on the disk. @throws Error if it cannot be written */
  write(checkpoint: string): Promise<void>;
}

function headFileAt(path: string): HeadFile {
  return {
    path,
    read: () => readWhole(path).catch(noFile),
    async write(checkpoint) {
      // a machine that loses power keeps either the old head or the new one
      const temporary = `${path}.${process.pid}.tmp`;
      try {
        await writeDurably(temporary, checkpoint);
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        throw error;
      }
      await syncFolder(dirname(path));
    },
  };
}

async function readWhole(path: string): Promise<string> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES / 1024} KiB`);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function noFile(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

// What a process knows about heads that were signed, beside what the database says.

/** A head can be signed only if the tree contains all heads that are known. */
export interface HeadMemory {
  /** The host and the file, for those who look for the reason of a stop. */
  readonly reporter: string;
  /** Compares what is known with the tree, under its lock. @throws SealingStopped */
  check(db: Db): Promise<void>;
  /** Keeps a head that is about to be committed: a head that a caller has seen is never lost. @throws SealingStopped */
  keep(head: SignedHead): Promise<void>;
  /** The head in the file; null: there is none. @throws SealingStopped */
  kept(): Promise<string | null>;
}

/** @param path of EVIDENCE_HEAD_FILE; null: only heads that other processes reported are known */
export function createHeadMemory(path: string | null, host: string): HeadMemory {
  const file = path === null ? null : headFileAt(path);
  const kept = async () => (file === null ? null : read(file));
  const reporter = `${hostname()}:${path ?? ''}`;
  return {
    reporter,
    kept,
    async check(db) {
      const reported = await reportedFault(db, host, reporter);
      if (reported?.isOwn || (reported && file === null)) throw reported.fault;
      if (file === null) return;
      const note = await kept().catch((error: unknown) => {
        throw reported?.fault ?? error;
      });
      const fault = note === null ? null : await contradictionOf(db, note, 'EVIDENCE_HEAD_FILE', host);
      // reports the newer one: a restart has to name the newest of all machines
      if (reported && !(fault?.checkpoint && isNewer(fault.checkpoint, reported.fault.checkpoint)))
        throw reported.fault;
      if (fault) throw fault;
      // another process has signed since, or this is a new machine
      const newest = await newestHead(db);
      const isOlder = readCheckpoint(note ?? '')?.origin !== newest?.origin || sizeOf(note) < (newest?.treeSize ?? 0);
      if (!newest || !isOlder) return;
      const other = await contradictionOf(db, newest.checkpoint, 'The newest head of the database', host);
      if (other) throw other;
      await write(file, newest);
    },
    async keep(head) {
      if (file !== null) await write(file, head);
    },
  };
}

/** Without EVIDENCE_HEAD_FILE. */
export const NO_HEAD_FILE = createHeadMemory(null, 'localhost');

const sizeOf = (note: string | null) => readCheckpoint(note ?? '')?.treeSize ?? 0;

function isNewer(note: string, other: string | null): boolean {
  const [head, than] = [readCheckpoint(note), readCheckpoint(other ?? '')];
  const [number, otherNumber] = [head, than].map((each) => readOrigin(each?.origin ?? '')?.number ?? 0) as [
    number,
    number,
  ];
  return number > otherNumber || (number === otherNumber && (head?.treeSize ?? 0) > (than?.treeSize ?? 0));
}

interface ReportedFault {
  fault: SealingStopped;
  /** This process has reported it. */
  isOwn: boolean;
}

/** The file of one machine has shown that heads were lost: no process may continue. @returns null: none has */
async function reportedFault(db: Db, host: string, own: string): Promise<ReportedFault | null> {
  const all = await reportedHeads(db);
  // its own report first: that one says where this process found the head
  const ordered = [
    ...all.filter(({ reporter }) => reporter === own),
    ...all.filter(({ reporter }) => reporter !== own),
  ];
  for (const { reporter, code, message, checkpoint } of ordered) {
    const fault = await contradictionOf(db, checkpoint as string, 'The head that another process reported', host);
    if (fault?.checkpoint) {
      const isOwn = reporter === own;
      return { fault: isOwn ? new SealingStopped(code, message, checkpoint) : fault, isOwn };
    }
    await deleteStop(db, reporter);
  }
  return null;
}

async function read(file: HeadFile): Promise<string | null> {
  try {
    return await file.read();
  } catch (error) {
    throw new SealingStopped('UNREADABLE', `EVIDENCE_HEAD_FILE cannot be read: ${reasonOf(error)}.`);
  }
}

async function write(file: HeadFile, { checkpoint }: SignedHead): Promise<void> {
  try {
    await file.write(checkpoint);
  } catch (error) {
    throw new SealingStopped('UNWRITABLE', `EVIDENCE_HEAD_FILE cannot be written: ${reasonOf(error)}.`);
  }
}

// without the path, which /readyz would show without a key
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
