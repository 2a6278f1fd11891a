// Starts the attempts of due deliveries, unless nothing is due or all deliveries are paused.
import type { Log } from '../../log';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import type { DueBacklog } from '../capacity/due-backlog';
import { findDeliveriesPause } from '../pause/deliveries-pause.store';
import { DeliveriesArePaused } from '../pause/pause-deliveries';
import { hasDueJobs } from '../queue/delivery-job.store';
import { NOTHING_STARTED, type StartedAttempts, type StartParts, startAttempts } from './start-attempts';

export interface DueAttemptsParts extends StartParts {
  /** For reads without a transaction. */
  db: Db;
  transaction: Transaction;
  backlog: DueBacklog;
  log: Log;
}

export interface DueAttempts {
  start(atMost: number): Promise<StartedAttempts>;
}

export function createDueAttempts(parts: DueAttemptsParts): DueAttempts {
  const { db, transaction, backlog, log } = parts;
  let tookNone = false;
  let paused = false;

  async function takeAndStart(atMost: number): Promise<StartedAttempts> {
    const mark = backlog.mark();
    if (tookNone && !(await hasDueJobs(db))) {
      backlog.taken(mark, 0, true);
      return NOTHING_STARTED;
    }
    const started = await transaction((tx) => startAttempts(tx, parts, atMost));
    const { taken, waiting, putBack } = started;
    tookNone = taken === 0;
    backlog.taken(mark, taken - waiting - putBack, taken < atMost && putBack === 0);
    if (paused) log.info('deliveries are resumed');
    paused = false;
    return started;
  }

  return {
    async start(atMost) {
      // a transaction that took jobs would have to roll back
      if (paused && (await findDeliveriesPause(db))) {
        backlog.notTaken();
        return NOTHING_STARTED;
      }
      try {
        return await takeAndStart(atMost);
      } catch (error) {
        backlog.notTaken();
        if (!(error instanceof DeliveriesArePaused)) throw error;
        if (!paused) log.info('deliveries are paused: no attempt begins');
        paused = true;
        return NOTHING_STARTED;
      }
    },
  };
}
