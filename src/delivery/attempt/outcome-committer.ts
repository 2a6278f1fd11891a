// Gathers the outcomes of many attempts into one transaction.
import { setTimeout as wait } from 'node:timers/promises';
import { createFaultLog } from '../../fault-log';
import { toNodeId } from '../../ids';
import type { Log } from '../../log';
import { isConflict, isDatabaseUnavailable, isStatementTimeout } from '../../sql/database-errors';
import { createNoteFailedTogether } from '../../sql/sharing/failed-together';
import type { Transaction } from '../../sql/transactions';
import { giveNewJobs } from '../capacity/new-jobs';
import { ALONE, alone } from '../queue/dead-letters';
import { lockOpenAttempt } from './attempt.store';
import { writeOutcomes } from './commit-outcomes';
import type { Outcome } from './outcome';

const BATCH = 200;
const GATHER_MS = 15;
const RETRY_MS = 500;
/** An outcome that was refused so often by itself is given up. */
const MAX_REFUSALS = 3;

export interface OutcomeCommitter {
  /** Resolves when the outcome is committed, or was dropped because another worker has taken the delivery. */
  commit(outcome: Outcome): Promise<void>;
  /** Stops retrying. Outcomes that are not written are lost: the next worker closes these attempts as UNKNOWN. */
  stop(): void;
}

interface Waiting {
  outcome: Outcome;
  /** How often it could not be written by itself, by a database that works. */
  refusals: number;
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

  const notTogether = createNoteFailedTogether('outcomes', log);

  async function write(batch: readonly Waiting[]): Promise<boolean> {
    const [first] = batch;
    const isAlone = batchSize === 1;
    try {
      await writeOutcomes(
        isAlone ? alone(transaction) : transaction,
        batch.map((each) => each.outcome),
      );
      return true;
    } catch (error) {
      if (batch.length > 1 && isRefusal(error)) notTogether(error);
      else report(error);
      if (first && isAlone && isRefusal(error)) first.refusals += 1;
      return first !== undefined && first.refusals >= MAX_REFUSALS && (await giveUp(first.outcome, error));
    }
  }

  // Another worker closes the attempt as UNKNOWN, or finds that it cannot: then its job becomes a dead letter.
  async function giveUp({ request, deliveryUpdate: { deliveryId } }: Outcome, error: unknown): Promise<boolean> {
    try {
      await transaction(async (db) => {
        if (await lockOpenAttempt(db, deliveryId, request.id)) await giveNewJobs(db, [deliveryId]);
      }, ALONE);
    } catch (fault) {
      report(fault);
      return false;
    }
    const ids = { delivery: toNodeId('Delivery', deliveryId), request: toNodeId('WebhookRequestLog', request.id) };
    log.error({ ...ids, err: error }, 'the outcome of an attempt cannot be written: it is UNKNOWN, and tried again');
    return true;
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
        waiting.push({ outcome, refusals: 0, done });
        if (!running && !stopped) void run();
      }),
    stop() {
      stopped = true;
    },
  };
}

/** Whether the same transaction would fail again. */
function isRefusal(error: unknown): boolean {
  return !isDatabaseUnavailable(error) && !isConflict(error) && !isStatementTimeout(error);
}
