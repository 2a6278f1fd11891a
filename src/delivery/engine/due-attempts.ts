// Starts the attempts of due deliveries, unless nothing is due or all deliveries are paused.
import type { Log } from '../../logging/log';
import { batched } from '../../sql/batched-statements';
import { isLockTimeout, isUnrelatedToRows } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import type { QueueBacklog } from '../capacity/queue-backlog';
import { DeliveriesArePaused, findDeliveriesPause } from '../pause/deliveries-pause.store';
import { ALONE, createDeadLetters } from '../queue/dead-letters';
import { listDueJobs, msUntilDue, type TakenJob } from '../queue/queue.store';
import { createReadPosition } from '../queue/read-position';
import { NOTHING_STARTED, type StartedAttempts, type StartParts, startAttempt, startAttempts } from './start-attempts';

export interface DueAttemptsParts extends StartParts {
  /** For statements without a transaction. */
  db: Db;
  transaction: Transaction;
  queueBacklog: QueueBacklog;
  log: Log;
}

/** The longest rest while no job is due. After it, this worker takes due jobs that other processes cannot send in time. */
const LONGEST_REST_MS = 2_000;

export interface DueStarted extends StartedAttempts {
  /** Milliseconds until the next job is due; 0: some may be due; null: not known. */
  restMs: number | null;
}

const NOT_STARTED: DueStarted = { ...NOTHING_STARTED, restMs: null };
const AGAIN: DueStarted = { ...NOTHING_STARTED, restMs: 0 };

export interface DueAttempts {
  start(atMost: number): Promise<DueStarted>;
}

export function createDueAttempts(parts: DueAttemptsParts): DueAttempts {
  const { db, transaction, queueBacklog, locked, log } = parts;
  const start = createReadPosition();
  const deadLetters = createDeadLetters(db, log, 'attempts');
  /** Jobs one of which, or its delivery, let a transaction fail. Each is taken by itself. */
  let suspects: TakenJob[] = [];
  let tookNone = false;
  let paused = false;

  async function takeAndStart(atMost: number): Promise<DueStarted> {
    const mark = queueBacklog.mark();
    const from = new Date(start.next());
    // one statement, where a transaction that takes none has four
    const restMs = tookNone ? await restUntilDue(db, from) : 0;
    if (restMs > 0) {
      start.read(null);
      queueBacklog.taken(mark, 0, true);
      return { ...NOTHING_STARTED, restMs };
    }
    const started = await transaction((tx) => startAttempts(tx, parts, atMost, from)).catch(async (error: unknown) => {
      if (isOfAll(error)) throw error;
      const jobs = await listDueJobs(db, from, atMost);
      if (jobs.length === 0) throw error;
      if (await areLocked(jobs, error)) return null;
      suspects = jobs;
      deadLetters.notTogether(error);
      return null;
    });
    if (started === null) {
      queueBacklog.notTaken();
      start.beginAtOldest();
      return AGAIN;
    }
    start.read(started.oldestDue);
    const { taken, waiting, putBack } = started;
    tookNone = taken === 0;
    queueBacklog.taken(mark, taken - waiting - putBack, taken < atMost && putBack === 0);
    if (paused) log.info('deliveries are resumed');
    paused = false;
    return { ...started, restMs: null };
  }

  async function areLocked(jobs: readonly TakenJob[], error: unknown): Promise<boolean> {
    return isLockTimeout(error) && locked.look({ deliveryIds: jobs.map(({ deliveryId }) => deliveryId) });
  }

  async function startAlone(job: TakenJob): Promise<DueStarted> {
    const mark = queueBacklog.mark();
    try {
      const started = await transaction((tx) => startAttempt(tx, parts, job), ALONE);
      queueBacklog.taken(mark, started.attempts.length, false);
      return { ...started, restMs: 0 };
    } catch (error) {
      if (isOfAll(error)) throw error;
      queueBacklog.notTaken();
      // it is put off with the others
      if (await areLocked([job], error)) return AGAIN;
      await deadLetters.job(job, error);
      return AGAIN;
    }
  }

  return {
    async start(atMost) {
      // a transaction that took jobs would have to roll back
      if (paused && (await findDeliveriesPause(db))) {
        queueBacklog.notTaken();
        return NOT_STARTED;
      }
      try {
        const suspect = suspects.shift();
        return await (suspect ? startAlone(suspect) : takeAndStart(atMost));
      } catch (error) {
        queueBacklog.notTaken();
        if (!(error instanceof DeliveriesArePaused)) throw error;
        if (!paused) log.info('deliveries are paused: no attempt begins');
        paused = true;
        return NOT_STARTED;
      }
    },
  };
}

/** Whether an error cannot be that of one delivery. */
function isOfAll(error: unknown): boolean {
  return error instanceof DeliveriesArePaused || isUnrelatedToRows(error);
}

async function restUntilDue(db: Db, from: Date): Promise<number> {
  const ms = (await msUntilDue(batched(db), from)) ?? LONGEST_REST_MS;
  return Math.min(Math.ceil(ms), LONGEST_REST_MS);
}
