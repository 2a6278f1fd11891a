// Takes due deliveries, sends them, settles them.
import { setTimeout as wait } from 'node:timers/promises';
import { toNodeId } from '../ids';
import type { Log } from '../log';
import type { Db } from '../sql/db';
import type { Keyring } from '../webhooks/keyring';
import { startLoop } from './loop';
import { type Attempt, openAttempts } from './open-attempts';
import { abandoned, outcomeOf } from './outcome';
import type { DeliveryQueue } from './queue';
import type { Sender, SendResult } from './send';
import { createSettler } from './settle';

const AT_ONCE = 256;
const TAKE = 100;
const REST_MS = 500;
const HEARTBEAT_MS = 3_000;

export interface WorkerParts {
  transaction<T>(work: (db: Db) => Promise<T>): Promise<T>;
  queue: DeliveryQueue;
  keyring: Keyring;
  sender: Sender;
  log: Log;
  /** @param outcome SUCCEEDED or the error code */
  onAttemptEnded(outcome: string, durationMs: number): void;
}

export interface Worker {
  /** There may be due deliveries. */
  wake(): void;
  /** Takes no more, and waits so long for what is on the wire; the rest is handed back as UNKNOWN, to be tried again. */
  stop(graceMs: number): Promise<void>;
}

export function startWorker(parts: WorkerParts): Worker {
  const { transaction, queue, keyring, sender, log } = parts;
  const settler = createSettler(parts);
  const onTheWire = new Map<string, { attempt: Attempt; end: Promise<void> }>();
  let giveUp = () => {};
  const givenUp = new Promise<'given up'>((resolve) => {
    giveUp = () => resolve('given up');
  });

  async function makeAttempt(attempt: Attempt): Promise<void> {
    const { method, url, body, timeoutMs } = attempt.delivery;
    const sending = sender.send({ method, url, headers: attempt.headers, body, timeoutMs });
    const result = await Promise.race([sending, givenUp]);
    const now = new Date();
    await settler.settle(result === 'given up' ? abandoned(attempt, now) : outcomeOf(attempt, result, now));
    if (result !== 'given up') {
      parts.onAttemptEnded(result.errorCode ?? 'SUCCEEDED', result.durationMs);
      logOutcome(log, attempt, result);
    }
    onTheWire.delete(attempt.jobId);
    loop.wake();
  }

  const loop = startLoop('delivery worker', REST_MS, log, async () => {
    const free = Math.min(TAKE, AT_ONCE - onTheWire.size);
    if (free <= 0) return false;
    const { taken, attempts } = await transaction((db) => openAttempts(db, queue, keyring, free));
    for (const attempt of attempts) {
      onTheWire.set(attempt.jobId, { attempt, end: Promise.resolve() });
      onTheWire.set(attempt.jobId, { attempt, end: makeAttempt(attempt) });
    }
    return taken > 0;
  });

  const heartbeat = setInterval(() => {
    queue.touch([...onTheWire.keys()]).catch((error: unknown) => log.warn({ err: error }, 'no heartbeat'));
  }, HEARTBEAT_MS);

  return {
    wake: loop.wake,
    async stop(graceMs) {
      await loop.stop();
      const ends = Promise.all([...onTheWire.values()].map((each) => each.end));
      await Promise.race([ends, wait(graceMs, undefined, { ref: false })]);
      if (onTheWire.size > 0) log.warn({ attempts: onTheWire.size }, 'stopping before all partners have answered');
      giveUp();
      await ends;
      clearInterval(heartbeat);
    },
  };
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
