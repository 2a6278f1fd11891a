// Takes due deliveries, sends them, settles them.

import { setTimeout as wait } from 'node:timers/promises';
import { currentTime } from '../../clock';
import { createFaultLog } from '../../fault-log';
import { toNodeId } from '../../ids';
import type { Keyring } from '../../keyring/keyring';
import type { Log } from '../../log';
import { startLoop } from '../../loop';
import type { Transaction } from '../../sql/transactions';
import { createBatchInterval } from '../batch-interval';
import type { WorkerCapacity } from '../capacity/worker-capacity';
import { notSent, type Sender, type SendResult } from '../http/send';
import type { DeliveryQueue } from '../queue/queue';
import { createAuthorizedSender, type SendAuthorized } from '../signing/authorize';
import { type Attempt, openAttempts } from './open-attempts';
import { abandoned, brokenOff, type Outcome, outcomeOf } from './outcome';
import { createOutcomeCommitter } from './outcome-committer';

const REST_MS = 500;
const HEARTBEAT_MS = 3_000;
const HAND_BACK_MS = 2_000;

export interface WorkerParts {
  transaction: Transaction;
  queue: DeliveryQueue;
  keyring: Keyring;
  sender: Sender;
  room: WorkerCapacity;
  log: Log;
  /** @param outcome SUCCEEDED or the error code */
  onAttemptEnded(outcome: string, durationMs: number): void;
  /** Called when deliveries stepped aside, to wait for their webhook's capacity. */
  onWaiting(): void;
  /** Called when a request to a webhook has ended: others may go. */
  onRoom(webhookId: string): void;
}

export interface Worker {
  /** There may be due deliveries. */
  wake(): void;
  /**
   * Takes no more, and waits so long for what is on the wire; the rest is handed back as UNKNOWN, to be tried again.
   * @throws UnwrittenOutcomes when the database did not take all outcomes
   */
  stop(graceMs: number): Promise<void>;
}

/** Attempts whose outcome is not written: whoever takes their deliveries closes them as UNKNOWN, and tries again. */
export class UnwrittenOutcomes extends Error {
  constructor(readonly attempts: number) {
    super(
      `The outcomes of ${attempts} attempts could not be written: the database did not take them. ` +
        'Those deliveries are tried again, and partners may get them twice.',
    );
    this.name = 'UnwrittenOutcomes';
  }
}

export function startWorker(parts: WorkerParts): Worker {
  const { transaction, queue, room, log } = parts;
  const opening = { queue, keyring: parts.keyring, room };
  const sendAuthorized = createAuthorizedSender(parts.sender);
  const settler = createOutcomeCommitter(parts);
  // by request: a worker may be given its own job again while the lost attempt is still on the wire
  const onTheWire = new Map<string, { jobId: string; end: Promise<void> }>();
  const giveUp = new Map<string, () => void>();
  const pace = createBatchInterval();
  let wasFull = false;
  let stopped = false;

  // One promise per attempt: a race against one that lives as long as the worker would keep every result as long.
  function sentOrGivenUp(attempt: Attempt): Promise<SendResult | 'broken off' | 'given up'> {
    return new Promise((resolve) => {
      giveUp.set(attempt.requestId, () => resolve('given up'));
      void send(sendAuthorized, log, attempt).then(resolve);
    });
  }

  async function makeAttempt(attempt: Attempt): Promise<void> {
    const result = await sentOrGivenUp(attempt);
    giveUp.delete(attempt.requestId);
    await settler.settle(settled(attempt, result, currentTime()));
    if (typeof result === 'object') noteEnd(parts, attempt, result);
    onTheWire.delete(attempt.requestId);
    room.leave(attempt.webhook.id, performance.now());
    // the next one of its document was given its job when this one was settled
    if (wasFull || attempt.delivery.blocks) loop.wake();
    parts.onRoom(attempt.webhook.id);
  }

  const step = async () => {
    const atMost = room.takeable(performance.now());
    wasFull = atMost === 0;
    if (wasFull) return false;
    const { taken, waiting, attempts } = await transaction((db) => openAttempts(db, opening, atMost));
    pace.note(taken);
    // too late to send them: whoever takes over does
    if (stopped) return false;
    for (const attempt of attempts) {
      room.enter(attempt.webhook.id, performance.now());
      onTheWire.set(attempt.requestId, { jobId: attempt.jobId, end: makeAttempt(attempt) });
    }
    if (waiting > 0) parts.onWaiting();
    // fewer than asked for: the others will be announced
    return taken === atMost;
  };
  const loop = startLoop('delivery worker', REST_MS, log, step, pace.ms);

  const reportNoHeartbeat = createFaultLog((error, unwritten) => log.warn({ err: error, unwritten }, 'no heartbeat'));
  const heartbeat = setInterval(() => {
    const jobIds = new Set([...onTheWire.values()].map((each) => each.jobId));
    queue.touch([...jobIds]).catch((error: unknown) => reportNoHeartbeat(error));
  }, HEARTBEAT_MS);

  return {
    wake: loop.wake,
    async stop(graceMs) {
      const grace = wait(graceMs, undefined, { ref: false });
      // a step in the middle of a statement that is not answered would hold up what is on the wire
      await Promise.race([loop.stop(), grace]);
      stopped = true;
      const ends = Promise.all([...onTheWire.values()].map((each) => each.end));
      await Promise.race([ends, grace]);
      if (onTheWire.size > 0) log.warn({ attempts: onTheWire.size }, 'stopping before all attempts have ended');
      for (const each of giveUp.values()) each();
      // with the database away nothing can be handed back, and a process that never ends would be killed anyway
      await Promise.race([ends, wait(HAND_BACK_MS, undefined, { ref: false })]);
      settler.stop();
      clearInterval(heartbeat);
      if (onTheWire.size > 0) throw new UnwrittenOutcomes(onTheWire.size);
    },
  };
}

// An exception here would be a bug, and must cost one attempt: unhandled, it would end the process, and the next one.
async function send(sendAuthorized: SendAuthorized, log: Log, attempt: Attempt): Promise<SendResult | 'broken off'> {
  if (attempt.fault !== null) return notSent(attempt.fault);
  const { method, url, body } = attempt.delivery;
  const { timeoutMs } = attempt.webhook;
  try {
    return await sendAuthorized({ method, url, headers: attempt.headers, body, timeoutMs }, attempt.credentials);
  } catch (error) {
    log.error({ err: error, request: toNodeId('WebhookRequestLog', attempt.requestId) }, 'an attempt broke off');
    return 'broken off';
  }
}

function settled(attempt: Attempt, result: SendResult | 'broken off' | 'given up', now: Date): Outcome {
  if (result === 'given up') return abandoned(attempt, now);
  return result === 'broken off' ? brokenOff(attempt, now) : outcomeOf(attempt, result, now);
}

function noteEnd({ onAttemptEnded, log }: WorkerParts, attempt: Attempt, result: SendResult): void {
  onAttemptEnded(result.errorCode ?? 'SUCCEEDED', result.durationMs);
  logOutcome(log, attempt, result);
}

// with the ids that the API knows, so that a log line can be looked up
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
  else log.info({ ...fields, errorCode }, 'attempt failed');
}
