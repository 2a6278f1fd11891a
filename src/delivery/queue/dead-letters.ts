// One delivery or event with which something in the database is wrong must not stop the others. Where a transaction for many has
// failed, each is tried by itself; what fails by itself becomes a dead letter: it leaves its queue, and is put back after 1 to 10 minutes.
import { createFaultLog, type Log } from '../../logging/log';
import { batched } from '../../sql/batched-statements';
import { codeOf, reasonOf } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import { createNoteFailedTogether, type Work } from '../../sql/sharing/failed-together';
import type { Transaction } from '../../sql/transactions';
import { type Loop, startLoop } from '../../time/loop';
import { toNodeId } from '../../values/ids';
import { type Failure, intoDeadLetters, retryDeadLetters } from './dead-letter.store';
import type { TakenJob } from './queue.store';

/** A row that another session has locked, for a transaction for that row alone. */
export const ALONE = { lockTimeoutMs: 1_000 };

/** The same, for work that begins its transactions itself. */
export function alone(transaction: Transaction): Transaction {
  return (work, options) => transaction(work, { ...options, ...ALONE });
}

const REST_MS = 60_000;
const MAX_ERROR = 500;

export interface DeadLetters {
  /** A transaction for many has failed, and each is done by itself. */
  notTogether(error: unknown): void;
  job(job: TakenJob, error: unknown): Promise<void>;
  event(id: string, error: unknown): Promise<void>;
  decision(pending: { webhookId: string; businessEventId: string }, error: unknown): Promise<void>;
}

/** @param db for statements without a transaction @param work what is done for many */
export function createDeadLetters(db: Db, log: Log, work: Work): DeadLetters {
  const store = intoDeadLetters(db);
  const logOf = (failure: string) => {
    let of: Record<string, string> = {};
    const report = createFaultLog((error, unwritten) =>
      log.error({ ...of, err: error, unwritten }, `${failure}; it is tried again, and others continue meanwhile`),
    );
    return (found: Record<string, string>, error: unknown) => {
      of = found;
      report(error);
    };
  };
  const ofJob = logOf('the next attempt of a delivery cannot be begun');
  const ofEvent = logOf('an event cannot be fanned out');
  const ofDecision = logOf('a pending decision cannot be made');
  return {
    notTogether: createNoteFailedTogether(work, log),
    async job(job, error) {
      if (await store.job(job, failureOf(error))) ofJob({ delivery: toNodeId('Delivery', job.deliveryId) }, error);
    },
    async event(id, error) {
      if (await store.event(id, failureOf(error))) ofEvent({ event: toNodeId('BusinessEvent', id) }, error);
    },
    async decision(pending, error) {
      if (!(await store.decision(pending, failureOf(error)))) return;
      const { webhookId, businessEventId } = pending;
      ofDecision({ webhook: toNodeId('Webhook', webhookId), event: toNodeId('BusinessEvent', businessEventId) }, error);
    },
  };
}

export function failureOf(error: unknown): Failure {
  return { code: codeOf(error), error: textOf(error) };
}

// Node quotes what it cannot parse, which may be content.
function textOf(error: unknown): string {
  return error instanceof SyntaxError ? 'stored JSON cannot be parsed' : reasonOf(error).slice(0, MAX_ERROR);
}

/** @param onRetried called after some were put into their queues */
export function startRetryingDeadLetters(db: Db, log: Log, onRetried: () => void): Loop {
  return startLoop('dead letters', REST_MS, log, async () => {
    if ((await retryDeadLetters(batched(db))) > 0) onRetried();
    return false;
  });
}
