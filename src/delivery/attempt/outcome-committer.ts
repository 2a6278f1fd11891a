// Gathers the outcomes of many attempts into one transaction.
import { setTimeout as wait } from 'node:timers/promises';
import { createFaultLog } from '../../fault-log';
import type { Log } from '../../log';
import type { Transaction } from '../../sql/transactions';
import { writeOutcomes } from './commit-outcomes';
import type { Outcome } from './outcome';

const BATCH = 200;
const GATHER_MS = 15;
const RETRY_MS = 500;

export interface OutcomeCommitter {
  /** Resolves when the outcome is committed, or was dropped because another worker has taken the delivery. */
  commit(outcome: Outcome): Promise<void>;
  /** Stops retrying. Outcomes that are not written are lost: the next worker closes these attempts as UNKNOWN. */
  stop(): void;
}

interface Waiting {
  outcome: Outcome;
  done: () => void;
}

export interface OutcomeCommitterParts {
  transaction: Transaction;
  log: Log;
}

/** While the database is unavailable, outcomes wait here. Their slots stay taken, so the worker starts no new attempts. */
export function createOutcomeCommitter({ transaction, log }: OutcomeCommitterParts): OutcomeCommitter {
  let waiting: Waiting[] = [];
  let running = false;
  let stopped = false;
  let batchSize = BATCH;

  const report = createFaultLog((error, unwritten) =>
    log.error({ err: error, outcomes: waiting.length, unwritten }, 'outcomes could not be written, retrying'),
  );

  async function write(batch: readonly Waiting[]): Promise<boolean> {
    const outcomes = batch.map((each) => each.outcome);
    try {
      await writeOutcomes(transaction, outcomes);
      return true;
    } catch (error) {
      report(error);
      return false;
    }
  }

  // After a failure, one by one, and an outcome that fails alone goes to the end: it must not delay the others.
  async function run(): Promise<void> {
    running = true;
    await wait(GATHER_MS);
    while (waiting.length > 0 && !stopped) {
      const batch = waiting.slice(0, batchSize);
      const written = await write(batch);
      waiting = waiting.slice(batch.length);
      if (written) for (const each of batch) each.done();
      else waiting = batch.length === 1 ? [...waiting, ...batch] : [...batch, ...waiting];
      batchSize = written ? Math.min(BATCH, batchSize * 2) : 1;
      if (!written) await wait(RETRY_MS);
    }
    running = false;
  }

  return {
    commit: (outcome) =>
      new Promise((done) => {
        waiting.push({ outcome, done });
        if (!running && !stopped) void run();
      }),
    stop() {
      stopped = true;
    },
  };
}
