// Looks whether anything was committed, in place of all the loops that would find nothing.
import type { DataSource } from 'typeorm';
import type { Log } from '../log';
import { type Commits, startLoop } from '../loop';
import { rowOf, statement } from '../sql/db';
import { DATABASE_RUN } from '../sql/session';
import { batched } from '../sql/wire/batched-statements';

/** As often as the loop that reads the most often. */
const CHECK_MS = 500;
/**
 * A loop looks after this time although nothing was committed: a crash of the database may take back what was not durable, so that
 * there is work again, and give the next transaction the same id.
 */
const LONGEST_WAIT_MS = 30_000;

/**
 * The transactions that have ended: it is the same text as long as none ends that has changed rows, locked them, or notified. Other
 * databases of the same server count too.
 */
const SNAPSHOT = statement(`select ${DATABASE_RUN} || pg_current_snapshot()::text as snapshot`);

export interface CommitWatch extends Commits {
  stop(): Promise<void>;
}

interface Waiting {
  since: number;
  resume(): void;
}

export function watchCommits({ manager }: Pick<DataSource, 'manager'>, log: Log): CommitWatch {
  // the longest wait first
  const waiting = new Set<Waiting>();
  let snapshot: string | null = null;
  let seen = 0;

  function resumeAll(): void {
    seen += 1;
    const resumed = [...waiting];
    waiting.clear();
    for (const { resume } of resumed) resume();
  }

  // one after the other, so that they use one connection
  function resumeOne(): void {
    const [first] = waiting;
    if (first === undefined || performance.now() - first.since < LONGEST_WAIT_MS) return;
    waiting.delete(first);
    first.resume();
  }

  const loop = startLoop('commits', CHECK_MS, log, async () => {
    const before = snapshot;
    // if it cannot be read, all loops look, and report why they cannot
    snapshot = null;
    try {
      snapshot = (await rowOf<{ snapshot: string }>(batched(manager), SNAPSHOT))?.snapshot ?? null;
    } finally {
      if (snapshot === null || snapshot !== before) resumeAll();
      else resumeOne();
    }
    return false;
  });

  return {
    seen: () => seen,
    wait(last, resume) {
      if (last !== seen) {
        resume();
        return () => undefined;
      }
      const own = { since: performance.now(), resume };
      waiting.add(own);
      return () => void waiting.delete(own);
    },
    stop: loop.stop,
  };
}
