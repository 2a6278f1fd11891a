// Starts the attempts of due deliveries, unless nothing is due or all deliveries are paused.
import type { Log } from '../../log';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import { together } from '../../sql/wire/together';
import type { DueBacklog } from '../capacity/due-backlog';
import { findDeliveriesPause } from '../pause/deliveries-pause.store';
import { DeliveriesArePaused } from '../pause/pause-deliveries';
import { msUntilDue } from '../queue/delivery-job.store';
import { createQueueStart } from '../queue/queue-start';
import { NOTHING_STARTED, type StartedAttempts, type StartParts, startAttempts } from './start-attempts';

export interface DueAttemptsParts extends StartParts {
  /** For reads without a transaction. */
  db: Db;
  transaction: Transaction;
  backlog: DueBacklog;
  log: Log;
}

/** The longest rest while no job is due. After it, this worker takes due jobs that other processes cannot send in time. */
const LONGEST_REST_MS = 2_000;

export interface DueStarted extends StartedAttempts {
  /** Milliseconds until the next job is due; null: not known. */
  restMs: number | null;
}

const NOT_STARTED: DueStarted = { ...NOTHING_STARTED, restMs: null };

export interface DueAttempts {
  start(atMost: number): Promise<DueStarted>;
}

export function createDueAttempts(parts: DueAttemptsParts): DueAttempts {
  const { db, transaction, backlog, log } = parts;
  const start = createQueueStart();
  let tookNone = false;
  let paused = false;

  async function takeAndStart(atMost: number): Promise<DueStarted> {
    const mark = backlog.mark();
    const from = new Date(start.next());
    // one statement, where a transaction that takes none has four
    const restMs = tookNone ? await restUntilDue(db, from) : 0;
    if (restMs > 0) {
      start.read(null);
      backlog.taken(mark, 0, true);
      return { ...NOTHING_STARTED, restMs };
    }
    const started = await transaction((tx) => startAttempts(tx, parts, atMost, from));
    start.read(started.oldestDue);
    const { taken, waiting, putBack } = started;
    tookNone = taken === 0;
    backlog.taken(mark, taken - waiting - putBack, taken < atMost && putBack === 0);
    if (paused) log.info('deliveries are resumed');
    paused = false;
    return { ...started, restMs: null };
  }

  return {
    async start(atMost) {
      // a transaction that took jobs would have to roll back
      if (paused && (await findDeliveriesPause(db))) {
        backlog.notTaken();
        return NOT_STARTED;
      }
      try {
        return await takeAndStart(atMost);
      } catch (error) {
        backlog.notTaken();
        if (!(error instanceof DeliveriesArePaused)) throw error;
        if (!paused) log.info('deliveries are paused: no attempt begins');
        paused = true;
        return NOT_STARTED;
      }
    },
  };
}

async function restUntilDue(db: Db, from: Date): Promise<number> {
  const ms = (await msUntilDue(together(db), from)) ?? LONGEST_REST_MS;
  return Math.min(Math.ceil(ms), LONGEST_REST_MS);
}
