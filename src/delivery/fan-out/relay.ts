// Runs the fan-out when the outbox has events.
import { isOutboxFilled } from '../../events/business-event.store';
import type { Log } from '../../log';
import { type Loop, startLoop } from '../../loop';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import { createBatchInterval } from '../batch-interval';
import type { DeliveryQueue } from '../queue/queue';
import { fanOut } from './fan-out';

const REST_MS = 1_000;
/** Between two polls of the outbox. */
const POLL_MS = 10;
/** How long the outbox is polled after it had events: longer than the interval of notifications under load. */
const POLL_FOR_MS = 40;

export interface RelayParts {
  /** For reads without a transaction. */
  db: Db;
  transaction: Transaction;
  queue: DeliveryQueue;
  log: Log;
  /** Called after events became deliveries, to wake the worker of this process without a notification. */
  onFannedOut(): void;
  /** Called after decisions were deferred. */
  onPending(): void;
}

export function startRelay({ db, transaction, queue, log, onFannedOut, onPending }: RelayParts): Loop {
  const interval = createBatchInterval();
  let announced = true;
  let lastFound = Number.NEGATIVE_INFINITY;

  const step = async () => {
    const isAnnounced = announced;
    announced = false;
    const isPolling = performance.now() - lastFound < POLL_FOR_MS;
    if (!isAnnounced && !(await isOutboxFilled(db))) return isPolling && POLL_MS;
    const { events, more, pending } = await transaction((own) => fanOut(own, queue), { durable: false });
    interval.note(events);
    if (events === 0) return isPolling && POLL_MS;
    lastFound = performance.now();
    onFannedOut();
    if (pending) onPending();
    return more || POLL_MS;
  };
  const loop = startLoop('relay', REST_MS, log, step, interval.ms);
  return {
    ...loop,
    wake() {
      announced = true;
      loop.wake();
    },
  };
}
