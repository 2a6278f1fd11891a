// Runs the fan-out when the outbox has events.
import { currentMs } from '../../clock';
import { FIRST_ID, firstIdAt, LAST_ID, timeOfId } from '../../ids';
import type { Log } from '../../log';
import { type Commits, restUntilCommit, startLoop } from '../../loop';
import { WHOLE } from '../../sql/hash-part';
import { createEventInterval } from '../batch-interval';
import { createDeadLetters } from '../queue/dead-letters';
import type { ProcessShare } from '../queue/process-share';
import { createQueueStart } from '../queue/queue-start';
import { BATCH, type FanOut, type FanOutParts } from './fan-out';
import { fanOutAloneAfterFailure } from './fan-out-alone';
import type { FirstAttempts } from './first-attempts';

const REST_MS = 1_000;
/** While other relays have some of the events that were read. */
const POLL_MS = 10;
/** While first attempts are not ready. */
const BUSY_MS = 5;
/** While they have all of them. */
const CONTENDED_MS = 50;
/** The age at which an event is also taken by relays whose part it is not in. */
const ANY_RELAY_AFTER_MS = 1_000;
/**
 * For this long after it has found such an event, with nothing left in its own part, the relay takes all: the process of that part
 * stands still.
 */
const HELPS_MS = 10_000;
/** The age and the rest meanwhile. */
const HELPING_MS = 100;

export interface RelayParts extends FanOutParts {
  share: ProcessShare;
  log: Log;
  /** undefined: the outbox is read once a second. */
  commits?: Commits;
  firstAttempts: FirstAttempts;
  /** Called after deliveries got jobs, to wake the worker of this process without a notification. */
  onQueued(): void;
  /** Called after decisions were deferred. */
  onPending(): void;
}

export interface Relay {
  /** Call after events were committed whose ids had just been made. */
  wake(): void;
  /** Call after events may have been committed whose ids are older. */
  wakeForAll(): void;
  /**
   * Since when, by `performance.now()`, the outbox has had events that this process has not fanned out; null: it had none when it looked
   * last.
   */
  behindSince(): number | null;
  stop(): Promise<void>;
}

export function startRelay({ share, log, commits, onQueued, onPending, ...parts }: RelayParts): Relay {
  const fanOut = fanOutAloneAfterFailure(parts, createDeadLetters(parts.db, log, 'fan_out'));
  const interval = createEventInterval();
  const start = createQueueStart();
  let lastWhole = performance.now();
  let behindSince: number | null = performance.now();
  let helpsUntil = Number.NEGATIVE_INFINITY;
  const isHelping = () => performance.now() < helpsUntil;

  /** @returns `isAll`: it read from the smallest id, and for all processes */
  async function fanOutSome(atMost: number): Promise<FanOut & { isAll: boolean }> {
    const from = firstIdAt(start.next());
    const isAlone = share.own().of === 1;
    const own = await fanOut(share.own(), { from, before: LAST_ID }, atMost);
    start.read(own.oldest === null ? null : timeOfId(own.oldest).getTime());
    const afterMs = isHelping() ? HELPING_MS : ANY_RELAY_AFTER_MS;
    if (isAlone || performance.now() - lastWhole < afterMs) return { ...own, isAll: isAlone && from === FIRST_ID };
    lastWhole = performance.now();
    const old = await fanOut(WHOLE, { from: FIRST_ID, before: firstIdAt(currentMs() - afterMs) }, atMost);
    if (old.events > 0 && !own.more && own.read === own.events) helpsUntil = performance.now() + HELPS_MS;
    return {
      read: own.read + old.read,
      oldest: own.oldest,
      events: own.events + old.events,
      more: own.more || old.more,
      queued: own.queued + old.queued,
      pending: own.pending || old.pending,
      // events of other parts become old without a commit
      isAll: false,
    };
  }

  const step = async () => {
    const atMost = parts.firstAttempts.batchSize();
    if (atMost === 0) return BUSY_MS;
    const { read, events, more, queued, pending, isAll } = await fanOutSome(Math.min(BATCH, atMost));
    interval.note(events);
    parts.firstAttempts.queued(queued);
    if (queued > 0) onQueued();
    if (pending) onPending();
    behindSince = more || read > events ? (behindSince ?? performance.now()) : null;
    // last: what was written is known even if this fails
    if (read > 0) await share.refresh();
    if (more) return true;
    if (read > events) return events === 0 ? CONTENDED_MS : POLL_MS;
    // under load, the next events will be there before they are announced
    if (interval.isLong()) return true;
    if (isHelping()) return HELPING_MS;
    return isAll && read === 0 ? false : REST_MS;
  };
  const loop = startLoop('relay', restUntilCommit(REST_MS, commits), log, step, interval.ms);
  return {
    behindSince: () => behindSince,
    wake: loop.wake,
    wakeForAll() {
      start.beginAtOldest();
      loop.wake();
    },
    stop: loop.stop,
  };
}
