// Runs the fan-out when the outbox has events.
import { currentMs } from '../../clock';
import { firstIdAt } from '../../ids';
import type { Log } from '../../log';
import { type Loop, startLoop } from '../../loop';
import { WHOLE } from '../../sql/hash-part';
import { createBatchInterval } from '../batch-interval';
import type { ProcessShare } from '../queue/process-share';
import { createFanOut, type FanOut, type FanOutParts } from './fan-out';

const REST_MS = 1_000;
/** Between two polls of the outbox. */
const POLL_MS = 10;
/** How long the outbox is polled after it had events: longer than the interval of notifications under load. */
const POLL_FOR_MS = 40;
/** While other relays have all events that were read. */
const CONTENDED_MS = 50;
/** The age at which an event is also taken by relays whose part it is not in. */
const ANY_RELAY_AFTER_MS = 1_000;
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

export interface RelayParts extends FanOutParts {
  share: ProcessShare;
  log: Log;
  /** Called after events became deliveries, to wake the worker of this process without a notification. */
  onFannedOut(): void;
  /** Called after decisions were deferred. */
  onPending(): void;
}

export function startRelay({ share, log, onFannedOut, onPending, ...parts }: RelayParts): Loop {
  const fanOut = createFanOut(parts);
  const interval = createBatchInterval();
  let lastFound = Number.NEGATIVE_INFINITY;
  let lastWhole = performance.now();

  async function fanOutSome(): Promise<FanOut> {
    const own = await fanOut(share.own(), LAST_ID);
    if (share.own().of === 1 || performance.now() - lastWhole < ANY_RELAY_AFTER_MS) return own;
    lastWhole = performance.now();
    const old = await fanOut(WHOLE, firstIdAt(currentMs() - ANY_RELAY_AFTER_MS));
    return {
      read: own.read + old.read,
      events: own.events + old.events,
      more: own.more || old.more,
      pending: own.pending || old.pending,
    };
  }

  const step = async () => {
    const { read, events, more, pending } = await fanOutSome();
    interval.note(events);
    if (read > 0) {
      lastFound = performance.now();
      await share.refresh();
    }
    if (events > 0) onFannedOut();
    if (pending) onPending();
    if (more) return true;
    if (read > events) return events === 0 ? CONTENDED_MS : POLL_MS;
    return performance.now() - lastFound < POLL_FOR_MS && POLL_MS;
  };
  return startLoop('relay', REST_MS, log, step, interval.ms);
}
