// Says how far a verification is, and that its process lives: otherwise another process takes the run over.
import { currentTime } from '../../clock';
import type { Db } from '../../sql/db';
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
