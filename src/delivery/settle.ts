// The end of an attempt: outcomes of many attempts become one transaction.
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../log';
import { closeRequests } from '../request-log/open-close.store';
import type { Db } from '../sql/db';
import { settleDeliveries } from './delivery.store';
import type { Outcome } from './outcome';
import type { DeliveryQueue } from './queue';

const BATCH = 200;
const GATHER_MS = 4;
const RETRY_MS = 500;

export interface Settler {
  /** Resolves when the outcome is committed, or is known to be somebody else's business. */
  settle(outcome: Outcome): Promise<void>;
}

interface Waiting {
  outcome: Outcome;
  done: () => void;
}

export interface SettlerParts {
  transaction<T>(work: (db: Db) => Promise<T>): Promise<T>;
  queue: DeliveryQueue;
  log: Log;
}

/** While the database is away, outcomes wait here: nothing is lost, and whoever waits for them takes no new work. */
export function createSettler({ transaction, queue, log }: SettlerParts): Settler {
  let waiting: Waiting[] = [];
  let running = false;

  async function run(): Promise<void> {
    running = true;
    await wait(GATHER_MS);
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      try {
        await transaction((db) =>
          settleBatch(
            db,
            queue,
            batch.map((each) => each.outcome),
          ),
        );
        waiting = waiting.slice(batch.length);
        for (const each of batch) each.done();
      } catch (error) {
        log.warn({ err: error, outcomes: waiting.length }, 'outcomes of attempts could not be written, trying again');
        await wait(RETRY_MS);
      }
    }
    running = false;
  }

  return {
    settle: (outcome) =>
      new Promise((done) => {
        waiting.push({ outcome, done });
        if (!running) void run();
      }),
  };
}

/**
 * Request rows, deliveries, the next attempts' jobs and the end of these jobs: all or nothing. An outcome whose
 * delivery was given to somebody else meanwhile is dropped: its row was closed as UNKNOWN by then.
 */
async function settleBatch(db: Db, queue: DeliveryQueue, outcomes: readonly Outcome[]): Promise<void> {
  const settled = await settleDeliveries(
    db,
    outcomes.map((outcome) => outcome.settlement),
  );
  const own = outcomes.filter((outcome) => settled.has(outcome.settlement.deliveryId));
  await closeRequests(
    db,
    own.map((outcome) => outcome.request),
  );
  await queue.insert(
    db,
    own.flatMap((outcome) => outcome.nextJob ?? []),
  );
  await queue.complete(
    db,
    own.map((outcome) => outcome.jobId),
  );
}
