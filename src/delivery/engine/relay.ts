// Runs the fan-out when the outbox has events.

import type { Log } from '../../logging/log';
import { isUnrelatedToRows } from '../../sql/database-errors';
import { WHOLE } from '../../sql/index-lookup';
import { currentMs } from '../../time/clock';
import { startLoop } from '../../time/loop';
import { FIRST_ID, firstIdAt, LAST_ID, timeOfId } from '../../values/ids';
import { createEventInterval } from '../batch-interval';
import { alone, createDeadLetters, type DeadLetters } from '../queue/dead-letters';
import type { ProcessShare } from '../queue/process-share.store';
import { oldestInOutbox } from '../queue/queue.store';
import { createReadPosition } from '../queue/read-position';
import type { FirstAttempts } from './attempt-transaction';
import {
  BATCH,
  createFanOut,
  type FanOut,
  type FanOutParts,
  type FanOutStep,
  NOTHING,
  type OpeningFanOutParts,
} from './fan-out';

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

export function startRelay({ share, log, onQueued, onPending, ...parts }: RelayParts): Relay {
  const fanOut = fanOutAloneAfterFailure(parts, createDeadLetters(parts.db, log, 'fan_out'));
  const interval = createEventInterval();
  const start = createReadPosition();
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
  const loop = startLoop('relay', REST_MS, log, step, interval.ms);
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

// A step of the fan-out that fails is repeated for each event by itself, so that one that cannot be fanned out stops no other.

/**
 * An event that fails by itself leaves all decisions about it pending: these are made for each webhook by itself, and only the broken
 * one fails. If that fails too, it becomes a dead letter.
 */
function fanOutAloneAfterFailure(parts: OpeningFanOutParts, deadLetters: DeadLetters): FanOutStep {
  const { db, transaction } = parts;
  const fanOut = createFanOut(parts);
  const fanOutOne = createFanOut({ ...parts, transaction: alone(transaction) });

  async function byItself(id: string): Promise<FanOut> {
    const own = { from: id, before: LAST_ID };
    try {
      return await fanOutOne(WHOLE, own, 1);
    } catch (error) {
      if (isUnrelatedToRows(error)) throw error;
    }
    try {
      return await fanOutOne(WHOLE, own, 1, false);
    } catch (error) {
      if (isUnrelatedToRows(error)) throw error;
      await deadLetters.event(id, error);
      return NOTHING;
    }
  }

  return async (part, range, atMost = BATCH) => {
    try {
      return await fanOut(part, range, atMost);
    } catch (error) {
      if (isUnrelatedToRows(error)) throw error;
      const ids = await oldestInOutbox(db, part, range, atMost);
      if (ids.length === 0) throw error;
      deadLetters.notTogether(error);
      let all = { ...NOTHING, read: ids.length, oldest: ids[0] as string, more: true };
      for (const id of ids) {
        const { events, queued, pending } = await byItself(id);
        all = {
          ...all,
          events: all.events + events,
          queued: all.queued + queued,
          pending: all.pending || pending,
        };
      }
      return all;
    }
  };
}
