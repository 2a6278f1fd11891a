// Watches the outbox.
import { isOutboxFilled } from '../../events/business-event.store';
import type { Log } from '../../log';
import { type Loop, startLoop } from '../../loop';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import { createBatchInterval } from '../batch-interval';
import type { DeliveryQueue } from '../queue/queue';
import { fanOut } from './fan-out';

const REST_MS = 1_000;
/** Between two looks without an announcement. */
const LOOK_MS = 10;
/** Longer than publishers leave between two announcements: under load, nobody waits for one. */
const LOOK_ON_MS = 40;

export interface RelayParts {
  /** For a look. */
  db: Db;
  transaction: Transaction;
  queue: DeliveryQueue;
  log: Log;
  /** Called after events became deliveries, so that a worker of this process need not wait to be told. */
  onFannedOut(): void;
  /** Called after events were left to be decided later. */
  onPending(): void;
}

export function startRelay({ db, transaction, queue, log, onFannedOut, onPending }: RelayParts): Loop {
  const pace = createBatchInterval();
  let announced = true;
  let lastFound = Number.NEGATIVE_INFINITY;

  const step = async () => {
    const isExpected = announced;
    announced = false;
    const looksOn = performance.now() - lastFound < LOOK_ON_MS;
    if (!isExpected && !(await isOutboxFilled(db))) return looksOn && LOOK_MS;
    const { events, more, pending } = await transaction((own) => fanOut(own, queue), { durable: false });
    pace.note(events);
    if (events === 0) return looksOn && LOOK_MS;
    lastFound = performance.now();
    onFannedOut();
    if (pending) onPending();
    return more || LOOK_MS;
  };
  const loop = startLoop('relay', REST_MS, log, step, pace.ms);
  return {
    ...loop,
    wake() {
      announced = true;
      loop.wake();
    },
  };
}
