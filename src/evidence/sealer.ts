// Seals what waits. A row of the queue that cannot be sealed, because something in the database is wrong with it, stays in the queue,
// and all others are sealed: no order is promised between rows, but each committed row is in the queue or in the tree.
import type { Keyring } from '../keyring/keyring';
import { isUnrelatedToRows, isWithoutPartition, reasonOf } from '../sql/database-errors';
import type { Db } from '../sql/db';
import type { NoteFailedTogether } from '../sql/sharing/failed-together';
import type { Transaction } from '../sql/transactions';
import { LEAF_KINDS } from './formats/leaf-kinds';
import { type HeadMemory, SealingStopped } from './known-head';
import { appendBlocks, appendWaiting, signHead } from './seal';
import { newLeavesOf, oldestQueued, type QueuedRow } from './tree.store';

/** Rows that are sealed each by itself after a failure; the next step continues with those after them. */
const ALONE_AT_ONCE = 100;
/** More of them are no fault of rows: nothing is sealed. */
const MAX_LEFT = 5_000;
const RETRY_MS = 60_000;
/** The time that one step spends on trying rows again: one may wait for a lock. */
const RETRYING_MS = 1_000;
const ALONE = { lockTimeoutMs: 1_000 };

/** A row of the queue that could not be sealed by itself. */
export interface LeftRow extends QueuedRow {
  error: unknown;
  triedAt: number;
}

export interface SealerParts {
  /** For statements without a transaction. */
  db: Db;
  transaction: Transaction;
  keyring: Keyring;
  host: string;
  memory: HeadMemory;
  notTogether: NoteFailedTogether;
}

export interface Sealer {
  /** @returns whether more waits @throws SealingStopped */
  step(): Promise<boolean>;
  /** Those that could not be sealed when they were last tried, oldest first. */
  left(): readonly LeftRow[];
}

/** @param retryMs after this time, a row that could not be sealed is tried again */
export function createSealer(parts: SealerParts, retryMs = RETRY_MS): Sealer {
  const { db, transaction, keyring, host, memory, notTogether } = parts;
  const left = new Map<string, LeftRow>();

  async function sealAlone(row: QueuedRow): Promise<void> {
    try {
      const one = { take: newLeavesOf(row.id), maxLeaves: 1, maxBlocks: 1 };
      const appended = await transaction((own) => appendBlocks(own, memory, one), ALONE);
      // null: another process seals, and may have met the same row
      if (appended !== null) left.delete(row.id);
    } catch (error) {
      if (isOfAll(error)) throw error;
      left.set(row.id, { ...row, error, triedAt: performance.now() });
    }
  }

  async function tryAgain(): Promise<void> {
    const begun = performance.now();
    for (const row of [...left.values()].sort((one, other) => one.triedAt - other.triedAt)) {
      const now = performance.now();
      if (now - row.triedAt < retryMs || now - begun > RETRYING_MS) return;
      await sealAlone(row);
    }
  }

  async function append(): Promise<boolean> {
    const except = [...left.keys()];
    try {
      return await appendWaiting(transaction, memory, except);
    } catch (error) {
      if (isOfAll(error) || left.size > MAX_LEFT) throw error;
      notTogether(error);
      for (const row of await oldestQueued(db, except, ALONE_AT_ONCE)) await sealAlone(row);
      return true;
    }
  }

  return {
    async step() {
      await tryAgain();
      // while many leaves wait, the head is signed once, at the end
      if (await append()) return true;
      await transaction((own) => signHead(own, keyring, host, memory));
      return false;
    },
    left: () => [...left.values()].sort((one, other) => Number(BigInt(one.id) - BigInt(other.id))),
  };
}

/** Whether an error cannot be that of one row. A missing partition is that of one month. */
function isOfAll(error: unknown): boolean {
  return error instanceof SealingStopped || (isUnrelatedToRows(error) && !isWithoutPartition(error));
}

const MAX_ERROR = 200;
const NAMES = Object.fromEntries(Object.entries(LEAF_KINDS).map(([name, kind]) => [kind, name]));

/** Names the first of them, so that a person finds it. */
export function leftRowsText(left: readonly LeftRow[]): string {
  const [{ id, kind, subjectId, error }] = left as [LeftRow];
  const rows = left.length === 1 ? '1 row of evidence_queue' : `${left.length} rows of evidence_queue`;
  const what = subjectId === null ? 'of no row' : `of ${NAMES[kind]} ${subjectId}`;
  return `${rows} cannot be sealed, and all others are. The first has the id ${id}, ${what}: ${reasonOf(error).slice(0, MAX_ERROR)}.`;
}
