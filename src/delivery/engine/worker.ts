// Takes due deliveries, sends them, commits their outcomes.

import { setTimeout as wait } from 'node:timers/promises';
import type { Keyring } from '../../keyring/keyring';
import type { Log } from '../../logging/log';
import type { TellOwners } from '../../mail/owner-notices';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import { currentTime } from '../../time/clock';
import { startLoop } from '../../time/loop';
import type { Span } from '../../tracing/span';
import { startSpan } from '../../tracing/tracing';
import { toNodeId } from '../../values/ids';
import { createAuthorizedSender, type SendAuthorized } from '../authentication/authorize';
import { createBatchInterval } from '../batch-interval';
import type { LockedRows } from '../capacity/locked-rows.store';
import type { QueueBacklog } from '../capacity/queue-backlog';
import type { WorkerCapacity } from '../capacity/worker-capacity';
import { notSent, type Sender, type SendResult } from '../http/send';
import type { Attempt, ReadEvidenceHead } from './attempt';
import { countBodies } from './body-bytes';
import { createDueAttempts } from './due-attempts';
import { createFailureLog, type FailureLog } from './failure-log';
import type { FirstAttemptSender } from './open-first-attempts';
import { abandoned, handedBack, internalError, type Outcome, outcomeOf } from './outcome';
import { createOutcomeCommitter } from './outcome-committer';
import type { WorkerLeases } from './worker-leases';

const REST_MS = 500;
const HAND_BACK_MS = 2_000;

export interface WorkerParts {
  /** For reads without a transaction. */
  db: Db;
  transaction: Transaction;
  keyring: Keyring;
  readEvidenceHead: ReadEvidenceHead;
  sender: Sender;
  capacity: WorkerCapacity;
  queueBacklog: QueueBacklog;
  locked: LockedRows;
  leases: Pick<WorkerLeases, 'took' | 'closed'>;
  log: Log;
  /** In bytes; no further jobs are taken while bodies of the queue have as many. Default: MAX_BODIES_ON_THE_WIRE. */
  maxBodiesOnTheWire?: number;
  /** Default: no one gets mail. */
  tellOwners?: TellOwners;
  /** @param outcome SUCCEEDED or the error code */
  onAttemptEnded(outcome: string, durationMs: number): void;
  /** Called when deliveries began to wait for the capacity of their webhook. */
  onWaiting(): void;
  /** Called when a request to a webhook has ended: it has capacity. */
  onSlotFreed(webhookId: string): void;
}

export interface Worker extends FirstAttemptSender {
  /** Call when there may be due deliveries. */
  wake(): void;
  /**
   * Takes no further deliveries, and waits up to `graceMs` for attempts on the wire. The rest become UNKNOWN, to be retried.
   * @param opening resolves when no further first attempts are opened. They are handed back meanwhile
   * @throws UnwrittenOutcomes if not all outcomes could be written
   */
  stop(graceMs: number, opening?: Promise<unknown>): Promise<void>;
}

/** The outcomes of some attempts were not written: the next worker closes these attempts as UNKNOWN, and retries. */
export class UnwrittenOutcomes extends Error {
  constructor(readonly attempts: number) {
    super(
      `The outcomes of ${attempts} attempts could not be written to the database. ` +
        'Their deliveries are retried, and partners may receive them twice.',
    );
    this.name = 'UnwrittenOutcomes';
  }
}

export function startWorker(parts: WorkerParts): Worker {
  const { capacity, leases, log } = parts;
  const due = createDueAttempts(parts);
  const sending = createSending(createAuthorizedSender(parts.sender), log);
  const failures = createFailureLog(log);
  const committer = createOutcomeCommitter({ ...parts, onCircuitOpened: failures.circuitOpened });
  // by request: a delivery may come to this worker again while its lost attempt is still on the wire
  const onTheWire = new Map<string, Promise<void>>();
  const interval = createBatchInterval();
  const bodies = countBodies(parts.maxBodiesOnTheWire);
  let wasFull = false;
  let stopping = false;
  let stopped = false;

  async function makeAttempt(attempt: Attempt, onEnded: OnEnded): Promise<void> {
    await finish(attempt, await sending.send(attempt), onEnded);
  }

  async function finish(attempt: Attempt, result: Result, onEnded: OnEnded): Promise<void> {
    capacity.answered(attempt.webhook.id, performance.now());
    const outcome = outcomeFor(attempt, result, currentTime());
    endSpan(attempt, outcome);
    const span = outcomeSpan(attempt, outcome);
    await committer.commit(outcome);
    span.end();
    if (typeof result === 'object') noteEnd(parts, failures, attempt, result);
    onTheWire.delete(attempt.requestId);
    capacity.release(attempt.webhook.id, performance.now());
    onEnded(attempt);
    // committing the outcome gave a job to the next delivery of its document, or to its own next attempt: both may be due before the
    // loop has rested
    if (wasFull || attempt.delivery.blocks || outcome.nextJob !== null) loop.wake();
    parts.onSlotFreed(attempt.webhook.id);
  }

  // their slots are taken
  function begin(attempts: readonly Attempt[], make: Make, onEnded: OnEnded): void {
    for (const attempt of attempts) {
      capacity.begun(attempt.webhook.id, performance.now());
      onTheWire.set(attempt.requestId, make(attempt, onEnded));
    }
  }

  const handBack: Make = (attempt, onEnded) => finish(attempt, 'not sent', onEnded);

  function beginUnder(leaseId: string, attempts: readonly Attempt[]): void {
    leases.took(
      leaseId,
      attempts.map(({ delivery }) => delivery.id),
    );
    for (const { webhook, delivery } of attempts) {
      capacity.acquire(webhook.id, performance.now());
      bodies.begun(delivery);
    }
    begin(attempts, makeAttempt, ({ delivery }) => {
      bodies.ended(delivery);
      leases.closed(leaseId, delivery.id);
    });
  }

  const step = async () => {
    const atMost = bodies.isFull() ? 0 : capacity.batchSize(performance.now());
    wasFull = atMost === 0;
    if (wasFull) return false;
    const { taken, waiting, putBack, attempts, leaseId, restMs } = await due.start(atMost);
    interval.note(taken);
    // too late to send them: the next worker does, when the lease has expired
    if (stopped) return false;
    if (leaseId !== null) beginUnder(leaseId, attempts);
    if (waiting > 0) parts.onWaiting();
    // fewer than requested: further ones are announced by a notification
    return taken === atMost || putBack > 0 || restMs === 0 || (restMs ?? false);
  };
  const loop = startLoop('delivery worker', REST_MS, log, step, interval.ms);

  return {
    wake: loop.wake,
    send: (attempts, onEnded) => begin(attempts, stopping ? handBack : makeAttempt, onEnded),
    handBack: (attempts, onEnded) => begin(attempts, handBack, onEnded),
    async stop(graceMs, opening = Promise.resolve()) {
      stopping = true;
      const grace = wait(graceMs, undefined, { ref: false });
      // a step whose statement gets no answer must not prevent the end of attempts on the wire
      await Promise.race([Promise.all([loop.stop(), opening]), grace]);
      stopped = true;
      const ends = Promise.all(onTheWire.values());
      await Promise.race([ends, grace]);
      if (onTheWire.size > 0) log.warn({ attempts: onTheWire.size }, 'stopping before all attempts have ended');
      sending.stopWaiting();
      // without the database nothing can be written, and a process that does not exit would be killed
      await Promise.race([ends, wait(HAND_BACK_MS, undefined, { ref: false })]);
      committer.stop();
      failures.flush();
      if (onTheWire.size > 0) throw new UnwrittenOutcomes(onTheWire.size);
    },
  };
}

interface Sending {
  send(attempt: Attempt): Promise<Result>;
  /** Ends the waits for all responses that have not come. */
  stopWaiting(): void;
}

function createSending(sendAuthorized: SendAuthorized, log: Log): Sending {
  const unanswered = new Set<Unanswered>();
  return {
    // One promise per attempt: a race against a promise that lives as long as the worker would keep every result in memory.
    async send(attempt) {
      const { promise, resolve } = Promise.withResolvers<Result>();
      const wait: Unanswered = { end: resolve };
      unanswered.add(wait);
      void send(sendAuthorized, log, attempt).then(resolve);
      const result = await promise;
      unanswered.delete(wait);
      wait.end = null;
      return result;
    },
    stopWaiting() {
      for (const { end } of unanswered) end?.('stopped');
    },
  };
}

/**
 * V8 may keep what was deleted from a set that lives long until it collects all garbage, and copies it twice. So an attempt that
 * has ended must not be reachable from here.
 */
interface Unanswered {
  end: ((result: Result) => void) | null;
}

// An exception here is a bug, and must cost only this attempt: unhandled, it would end this process and the next one.
async function send(
  sendAuthorized: SendAuthorized,
  log: Log,
  attempt: Attempt,
): Promise<SendResult | 'internal error'> {
  if (attempt.fault !== null) return notSent(attempt.fault);
  const { method, url, body } = attempt.delivery;
  const { timeoutMs } = attempt.webhook;
  try {
    return await sendAuthorized({ method, url, headers: attempt.headers, body, timeoutMs }, attempt.credentials);
  } catch (error) {
    log.error(
      { err: error, request: toNodeId('WebhookRequestLog', attempt.requestId) },
      'an internal error ended an attempt',
    );
    return 'internal error';
  }
}

type Result = SendResult | 'internal error' | 'stopped' | 'not sent';
type OnEnded = (attempt: Attempt) => void;
type Make = (attempt: Attempt, onEnded: OnEnded) => Promise<void>;

function outcomeFor(attempt: Attempt, result: Result, now: Date): Outcome {
  if (result === 'not sent') return handedBack(attempt, now);
  if (result === 'stopped') return abandoned(attempt, now);
  return result === 'internal error' ? internalError(attempt, now) : outcomeOf(attempt, result, now);
}

function endSpan({ span }: Attempt, { request }: Outcome): void {
  span.set(() => ({ 'http.response.status_code': request.responseStatus ?? undefined }));
  span.end(request.errorCode);
}

/** Until the outcome is committed. */
function outcomeSpan({ span: { traceparent } }: Attempt, { deliveryUpdate }: Outcome): Span {
  const span = startSpan('commit outcome', traceparent);
  span.set(() => ({ 'hookledger.delivery.status': deliveryUpdate.status }));
  return span;
}

function noteEnd(
  { onAttemptEnded, log }: WorkerParts,
  failures: FailureLog,
  attempt: Attempt,
  result: SendResult,
): void {
  onAttemptEnded(result.errorCode ?? 'SUCCEEDED', result.durationMs);
  const { errorCode, responseStatus } = result;
  if (errorCode !== null) failures.attemptFailed(attempt.webhook.id, errorCode, responseStatus);
  if (log.isLevelEnabled('debug')) logOutcome(log, attempt, result);
}

// with the ids of the API, so that the objects of a log line can be queried
function logOutcome(log: Log, { delivery, requestId, attemptNumber }: Attempt, result: SendResult): void {
  const { errorCode, responseStatus, durationMs } = result;
  const fields = {
    request: toNodeId('WebhookRequestLog', requestId),
    delivery: toNodeId('Delivery', delivery.id),
    webhook: toNodeId('Webhook', delivery.webhookId),
    attemptNumber,
    responseStatus,
    durationMs,
  };
  if (errorCode === null) log.debug(fields, 'delivered');
  else log.debug({ ...fields, errorCode }, 'attempt failed');
}
