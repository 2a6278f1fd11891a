// Says how far a verification is, and that its process lives: otherwise another process takes the run over.

import { setImmediate as untilSent } from 'node:timers/promises';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { reportRun, type TakenRun } from './verification-run.store';

/** A commit for each page would take as long as the page. */
const REPORT_EVERY_MS = 1_000;

export interface RunProgress {
  /** How many rows or leaves were checked, as it was reported last. */
  checked(): number;
  /** Call it after each page. @throws Error if another process has taken the run */
  report(checked: number): Promise<void>;
  /** Ends the reports. `run` is then as it was reported last. */
  stop(): Promise<void>;
}

/** @param seenEveryMs how often it is said that the process lives, also while no page ends */
export function startRunProgress(db: Db, run: TakenRun, seenEveryMs: number): RunProgress {
  let checked = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const now = currentTime();
    if (!(await reportRun(db, run, checked, now))) throw new Error('Another process has taken this run.');
    run.seenAt = now;
  }

  // one after the other: each goes by the time of the one before
  function writeInTurn(): Promise<void> {
    writing = writing.catch(() => undefined).then(write);
    return writing;
  }

  // what fails here fails the next page too
  const timer = setInterval(() => void writeInTurn().catch(() => undefined), seenEveryMs).unref();
  return {
    checked: () => checked,
    async report(now) {
      checked = now;
      if (performance.now() - reportedAt < REPORT_EVERY_MS) return;
      reportedAt = performance.now();
      await writeInTurn();
    },
    async stop() {
      clearInterval(timer);
      await writing.catch(() => undefined);
    },
  };
}

// Reads a table in pages, each while the caller works on the one before: PostgreSQL and this process work at the same time.

/**
 * @param read reads the rows after this one; null: the first ones
 * @param atMost the size of a page; a smaller one is the last
 */
export async function* pagesAhead<Row>(
  read: (after: Row | null) => Promise<Row[]>,
  atMost: number,
): AsyncGenerator<Row[], void, undefined> {
  let next: Promise<Row[]> | null = read(null);
  try {
    while (next) {
      const rows: Row[] = await next;
      const last = rows.at(-1);
      next = last !== undefined && rows.length >= atMost ? read(last) : null;
      // a failure is thrown when it is this page's turn; once the caller has failed, it is not
      next?.catch(() => undefined);
      await untilSent();
      yield rows;
    }
  } finally {
    // no statement is left behind
    await next?.catch(() => undefined);
  }
}
