// What a process knows about heads that were signed, beside what the database says.
import { hostname } from 'node:os';
import type { Db } from '../sql/db';
import { readCheckpoint } from './formats/signed-note';
import { newestHead, type SignedHead } from './head.store';
import { type HeadFile, headFileAt } from './head-file';
import { contradictionOf, SealingStopped } from './known-head';
import { readOrigin } from './log-key';
import { deleteStop, reportedHeads } from './sealing-stop.store';

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
