// Watches the outbox.
import type { Log } from '../log';
import type { Transaction } from '../sql/transactions';
import { fanOut } from './fan-out';
import { type Loop, startLoop } from './loop';
import type { DeliveryQueue } from './queue';

const REST_MS = 1_000;
const PACE_MS = 8;

export interface RelayParts {
  transaction: Transaction;
  queue: DeliveryQueue;
  log: Log;
  /** Called after events became deliveries, so that a worker of this process need not wait to be told. */
  onFannedOut(): void;
}

export function startRelay({ transaction, queue, log, onFannedOut }: RelayParts): Loop {
  const step = async () => {
    const { events, more } = await transaction((db) => fanOut(db, queue));
    if (events > 0) onFannedOut();
    return more;
  };
  return startLoop('relay', REST_MS, log, step, PACE_MS);
}
