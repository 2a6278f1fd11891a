// Gathers the outcomes of many attempts into one transaction.
import { setTimeout as wait } from 'node:timers/promises';
import { createFaultLog, type Log } from '../../logging/log';
import { type TellOwners, tellNoOwners } from '../../mail/owner-notices';
import { isConflict, isDatabaseUnavailable, isLockTimeout, isStatementTimeout } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import { createNoteFailedTogether } from '../../sql/sharing/failed-together';
import { commitWithThese, type Transaction } from '../../sql/transactions';
import { currentTime } from '../../time/clock';
import { toNodeId } from '../../values/ids';
import { webhooksForShare } from '../../webhooks/webhook.store';
import { type CircuitRow, giveSlotsBack } from '../../webhooks/webhook-circuit.store';
import { releaseSuccessors } from '../capacity/document-ordering';
import { stopBlocking } from '../capacity/document-ordering.store';
import type { LockedRows } from '../capacity/locked-rows.store';
import { giveNewJobs } from '../capacity/queue-backlog';
import { cancelRequested } from '../capacity/waiting.store';
import { ALONE, alone } from '../queue/dead-letters';
import { insertJobs } from '../queue/queue.store';
import { slotOf, takesSlot } from './attempt';
import { closeRequestsAndDeliveries, closeSuccesses, lockOpenAttempt } from './attempt.store';
import { applyToCircuits, lockCircuitsOf } from './circuit-outcomes';
import { lockDisablable } from './disable-gone-or-failing';
import type { OpenedCircuit } from './failure-log';
import { cancelled, type Outcome, underOrdering, webhookOf } from './outcome';

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
  locked: LockedRows;
  log: Log;
  /** Default: no one gets mail. */
  tellOwners?: TellOwners;
  onCircuitOpened(circuit: OpenedCircuit): void;
}

/** While the database is unavailable, outcomes wait here. Their slots stay taken, so the worker starts no new attempts. */
export function createOutcomeCommitter(parts: OutcomeCommitterParts): OutcomeCommitter {
  const { transaction, locked, log, tellOwners = tellNoOwners } = parts;
  let waiting: Waiting[] = [];
  let apart: Waiting[] = [];
  let running = false;
  let runningApart = false;
  let stopped = false;
  let batchSize = BATCH;

  const report = createFaultLog((error, unwritten) =>
    log.error(
      { err: error, outcomes: waiting.length + apart.length, unwritten },
      'outcomes could not be written, retrying',
    ),
  );

  const notTogether = createNoteFailedTogether('outcomes', log);

  async function write(batch: readonly Waiting[]): Promise<'written' | 'apart' | 'failed'> {
    const [first] = batch;
    const isAlone = batchSize === 1;
    try {
      const outcomes = batch.map((each) => each.outcome);
      const opened = await writeOutcomes(isAlone ? alone(transaction) : transaction, outcomes, tellOwners);
      opened.forEach(parts.onCircuitOpened);
      return 'written';
    } catch (error) {
      if (isLockTimeout(error) && (await setApart(batch))) return 'apart';
      if (batch.length > 1 && isRefusal(error)) notTogether(error);
      else report(error);
      if (first && isAlone && isRefusal(error)) first.refusals += 1;
      const isGivenUp = first !== undefined && first.refusals >= MAX_REFUSALS && (await giveUp(first.outcome, error));
      return isGivenUp ? 'written' : 'failed';
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

  /** What cannot be written now, because another transaction holds what it needs, is written apart from the others. */
  async function setApart(batch: readonly Waiting[]): Promise<boolean> {
    const webhookIds = batch.map(({ outcome }) => webhookOf(outcome));
    const deliveryIds = batch.map(({ outcome }) => deliveryOf(outcome));
    // as after any other failure, one by one
    const found = await locked.look({ webhookIds, deliveryIds }).catch(() => false);
    if (!found) return false;
    apart.push(...batch.filter(isLocked));
    if (!runningApart && !stopped) void runApart();
    return true;
  }

  const isLocked = ({ outcome }: Waiting) => locked.has(webhookOf(outcome)) || locked.has(deliveryOf(outcome));

  // Those of one webhook together. What is still locked after a while is left for the next round, so that each has its turn.
  async function runApart(): Promise<void> {
    runningApart = true;
    while (apart.length > 0 && !stopped) {
      for (const [, all] of Map.groupBy(apart, ({ outcome }) => webhookOf(outcome))) {
        const batch = new Set(all.slice(0, BATCH));
        const outcomes = [...batch].map(({ outcome }) => outcome);
        const fault = await writeOutcomes(transaction, outcomes, tellOwners).then(
          (opened) => {
            opened.forEach(parts.onCircuitOpened);
            return null;
          },
          (error: unknown) => ({ error }),
        );
        if (fault !== null && isLockTimeout(fault.error)) continue;
        apart = apart.filter((each) => !batch.has(each));
        if (fault === null) for (const each of batch) each.done();
        else {
          waiting.push(...batch);
          start();
        }
      }
      if (apart.length > 0) await wait(RETRY_MS);
    }
    runningApart = false;
  }

  // After a failure, one by one, and an outcome that fails alone goes to the end: it must not delay the others.
  async function run(): Promise<void> {
    running = true;
    await wait(GATHER_MS);
    while (waiting.length > 0 && !stopped) {
      const batch = waiting.slice(0, batchSize);
      const end = await write(batch);
      waiting = waiting.slice(batch.length);
      if (end === 'apart') {
        waiting = [...batch.filter((each) => !apart.includes(each)), ...waiting];
        continue;
      }
      if (end === 'written') for (const each of batch) each.done();
      else waiting = batch.length === 1 ? [...waiting, ...batch] : [...batch, ...waiting];
      batchSize = end === 'written' ? Math.min(BATCH, batchSize * 2) : 1;
      if (end !== 'written') await wait(RETRY_MS);
    }
    running = false;
  }

  function start(): void {
    if (!running && !stopped) void run();
  }

  return {
    commit: (outcome) =>
      new Promise((done) => {
        const own = { outcome, refusals: 0, done };
        // behind those of the same webhook, or all others would wait for the lock again
        if (apart.length > 0 && isLocked(own)) apart.push(own);
        else waiting.push(own);
        start();
      }),
    stop() {
      stopped = true;
    },
  };
}

function deliveryOf({ deliveryUpdate }: Outcome): string {
  return deliveryUpdate.deliveryId;
}

/** Whether the same transaction would fail again. */
function isRefusal(error: unknown): boolean {
  return !isDatabaseUnavailable(error) && !isConflict(error) && !isStatementTimeout(error);
}

// After the call: writes the outcomes of attempts.

/**
 * Writes outcomes. Successes that change nothing beside their deliveries are written in one round trip, COMMIT included; those of a
 * webhook whose circuit records a failure are left to a second transaction.
 * @returns the circuits that have opened
 */
async function writeOutcomes(
  transaction: Transaction,
  outcomes: readonly Outcome[],
  tellOwners: TellOwners,
): Promise<CircuitRow[]> {
  const closed = outcomes.every(isPlainSuccess) ? await transaction((db) => writeSuccesses(db, outcomes)) : null;
  const left = outcomes.filter(({ request }) => !closed?.has(request.id));
  return left.length > 0 ? transaction((db) => commitOutcomes(db, left, tellOwners)) : [];
}

function isPlainSuccess({ attempt, request }: Outcome): boolean {
  const { delivery, webhook } = attempt;
  const isClean = webhook.circuit === 'CLOSED' && webhook.failures === 0;
  return request.status === 'SUCCEEDED' && !delivery.blocks && !takesSlot(attempt) && isClean;
}

async function writeSuccesses(db: Db, outcomes: readonly Outcome[]): Promise<Set<string>> {
  const successes = outcomes.map(({ request, deliveryUpdate: { deliveryId } }) => ({ ...request, deliveryId }));
  const closed = closeSuccesses(db, successes, [...new Set(outcomes.map(webhookOf))]);
  commitWithThese(db);
  return closed;
}

/**
 * In one transaction, closes the request rows, updates the deliveries, and inserts the jobs of
 * next attempts. An outcome whose delivery another worker has taken meanwhile is dropped: its row was closed as UNKNOWN.
 * @returns the circuits that have opened
 */
export async function commitOutcomes(
  db: Db,
  outcomes: readonly Outcome[],
  tellOwners: TellOwners = tellNoOwners,
): Promise<CircuitRow[]> {
  const now = currentTime();
  const disablable = await lockDisablable(db, outcomes, now);
  const decided = await applyCurrentWebhookState(db, outcomes);
  // sent together, executed in this order
  const [circuits, closed] = await Promise.all([lockCircuitsOf(db, decided), closeRequestsAndDeliveries(db, decided)]);
  const own = decided.filter((outcome) => closed.has(outcome.request.id));
  const attempts = own.map((outcome) => outcome.attempt);
  await giveSlotsBack(db, attempts.filter(takesSlot).map(slotOf));
  const opened = await applyToCircuits(db, own, circuits, disablable, now, tellOwners);
  const unblocking = own.filter(stopsBlocking).map((outcome) => outcome.deliveryUpdate.deliveryId);
  await stopBlocking(db, unblocking);
  await releaseSuccessors(db, unblocking);
  const nextJobs = own.flatMap((outcome) => outcome.nextJob ?? []);
  await insertJobs(db, nextJobs);
  return opened;
}

function stopsBlocking({ attempt, deliveryUpdate }: Outcome): boolean {
  return attempt.delivery.blocks && !deliveryUpdate.blocks;
}

// Archiving and cancelling do not stop an attempt on the wire. When it ends without success, its delivery is cancelled
// here: it must not be retried, nor become EXHAUSTED and block later deliveries.
async function applyCurrentWebhookState(db: Db, outcomes: readonly Outcome[]): Promise<Outcome[]> {
  const open = new Set(outcomes.filter((outcome) => outcome.request.status !== 'SUCCEEDED'));
  if (open.size === 0) return [...outcomes];
  const webhooks = await webhooksForShare(db, [...new Set([...open].map((outcome) => outcome.attempt.webhook.id))]);
  const toCancel = await cancelRequested(
    db,
    [...open].map((outcome) => outcome.deliveryUpdate.deliveryId),
  );
  return outcomes.map((outcome) => {
    if (!open.has(outcome)) return outcome;
    const { delivery, webhook } = outcome.attempt;
    const { status, ordering = null } = webhooks.get(webhook.id) ?? {};
    const isCancelled = toCancel.has(delivery.id) || (outcome.nextJob !== null && status === 'ARCHIVED');
    return isCancelled ? cancelled(outcome) : underOrdering(outcome, ordering);
  });
}
