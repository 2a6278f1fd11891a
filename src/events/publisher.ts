// Accepts events: calls of the same moment share a transaction.
import { setImmediate } from 'node:timers/promises';
import type { Viewer } from '../access/viewer';
import { AppError, InputError } from '../errors/errors';
import type { Log } from '../logging/log';
import { isConflict, isDatabaseUnavailable, isLockTimeout } from '../sql/database-errors';
import type { Db } from '../sql/db';
import { createNoteFailedTogether } from '../sql/sharing/failed-together';
import { type Committed, createGroupCommit } from '../sql/sharing/group-commit';
import { commitWithThese, endAfter, type Transaction, type TransactionEnds } from '../sql/transactions';
import type { Span } from '../tracing/span';
import { startSpan } from '../tracing/tracing';
import { type OutboxRows, putIntoOutbox } from './business-event.store';
import { checkNumberOfEvents, faultsOfEvents, type NewEvent } from './event-faults';
import {
  type EventWriter,
  isRefused,
  type PublishCall,
  type PublishedEvent,
  type PublishResult,
  publishCalls,
} from './publish-events';

export interface Publisher {
  /**
   * Resolves when all of these events are committed.
   * @throws InputError for their faults; CallerChanged if the publisher is not as it was cached; AppError UNAUTHENTICATED or
   * FORBIDDEN if the publisher may no longer publish, UNAVAILABLE while the backlog is full, and when another transaction holds one
   * of the idempotency keys, or makes one of the users, and does not end
   */
  publish(
    publisher: Viewer,
    events: readonly NewEvent[],
    call: Pick<PublishCall, 'traceparent' | 'version'>,
  ): Promise<PublishedEvent[]>;
  /** Waits until all given events are committed or refused. */
  idle(): Promise<void>;
}

/**
 * `publish_event()` may hold an idempotency key, or a new user, for as long as the transaction of its caller lasts. The other
 * calls of a shared transaction must not wait for it.
 */
const OPTIONS = { lockTimeoutMs: 20 };
/** One transaction takes at most 200 calls, 1,000 events, 250 deliveries that are sent at once or 16 MiB, unless one call is larger. */
const EVENTS_PER_UNIT = 5;
const DELIVERIES_PER_UNIT = 1.25;
const BYTES_PER_UNIT = (16 * 1024 * 1024) / 200;

/** Makes deliveries in the transaction that publishes their events: `delivery/engine/direct-fan-out.ts`. */
export interface DirectFanOut {
  /** Takes slots for the deliveries of one call, and may wait a short time for them: see `delivery/capacity/slot-reservations.ts`. */
  reserve(events: readonly NewEvent[]): SlotReservation | Promise<SlotReservation>;
  /** For one transaction. null: all of these events go to the outbox. @param reserved for the calls of the transaction */
  begin(events: readonly NewEvent[], reserved: readonly SlotReservation[]): DirectPublishing | null;
}

/** Slots of the worker that are kept free for deliveries of a call. */
export interface SlotReservation {
  /** The number of slots for each webhook. */
  readonly slots: ReadonlyMap<string, number>;
  /** Frees the slots. Does nothing when it is called again. */
  release(): void;
}

export const NO_SLOTS: SlotReservation = { slots: new Map(), release: () => undefined };

export interface DirectPublishing extends EventWriter {
  /** What it opens. */
  attempts: TransactionEnds;
  /** Whether some events wait in the outbox. */
  hasWaiting(): boolean;
}

export interface PublisherParts {
  transaction: Transaction;
  /** @throws AppError UNAVAILABLE while no events are accepted */
  checkBacklog(): void;
  /** null: all events go to the outbox. */
  directFanOut: DirectFanOut | null;
  /** Called after events were committed, some of which wait in the outbox. @param events their number */
  onPublished(events: number): void;
  log: Pick<Log, 'warn'>;
}

interface GatheredCall extends PublishCall {
  reserved: SlotReservation;
  span: Span;
}

const COMMITTING_OUTBOX: EventWriter = { prepare: async () => undefined, write: commitIntoOutbox };

/** Writes all events to the outbox, and sends COMMIT with them. */
export function commitIntoOutbox(db: Db, rows: OutboxRows): Promise<void> {
  const written = putIntoOutbox(db, rows);
  commitWithThese(db);
  return written;
}

export function createPublisher(parts: PublisherParts): Publisher {
  const { transaction, checkBacklog, directFanOut, onPublished, log } = parts;
  const noteNotDirect = createNoteFailedTogether('direct_publish', log);

  async function run(calls: readonly GatheredCall[], isAgain: boolean): Promise<Committed<PublishResult>> {
    if (!isAgain) linkCalls(calls);
    const direct = isAgain ? null : beginDirectly(calls);
    const written = direct && (await publishDirectly(calls, direct));
    if (written) return written;
    const results = await transaction((db) => publishCalls(db, calls, COMMITTING_OUTBOX), OPTIONS);
    onPublished(eventsOf(results));
    return { results };
  }

  function beginDirectly(calls: readonly GatheredCall[]): DirectPublishing | null | undefined {
    return directFanOut?.begin(
      calls.flatMap(({ events }) => events),
      calls.map(({ reserved }) => reserved),
    );
  }

  /** @returns null: the transaction was rolled back. The outbox, which needs less, may accept the events */
  async function publishDirectly(
    calls: readonly PublishCall[],
    direct: DirectPublishing,
  ): Promise<Committed<PublishResult> | null> {
    let results: PublishResult[];
    try {
      results = await transaction((db) => publishCalls(db, calls, direct), OPTIONS);
    } catch (error) {
      endAfter(error, direct.attempts);
      if (isDatabaseUnavailable(error)) throw error;
      // one of these calls would fail again, and all others with it: each runs alone
      if (calls.length > 1 && isConflict(error)) throw error;
      if (!isConflict(error)) noteNotDirect(error);
      return null;
    }
    const afterwards = () => {
      direct.attempts.onCommit();
      if (direct.hasWaiting()) onPublished(eventsOf(results));
    };
    return { results, afterwards };
  }

  const reserving = new Set<Promise<SlotReservation>>();

  // without a promise where nothing is waited for: it is on the way of each event
  function slotsFor(events: readonly NewEvent[]): SlotReservation | Promise<SlotReservation> {
    const reserved = directFanOut?.reserve(events) ?? NO_SLOTS;
    if (!(reserved instanceof Promise)) return reserved;
    reserving.add(reserved);
    return reserved.finally(() => reserving.delete(reserved));
  }

  const shared = createGroupCommit<GatheredCall, PublishResult>({
    run,
    onFailedTogether: createNoteFailedTogether('publishing', log),
    sizeOf: ({ events, reserved }) => {
      const bytes = events.reduce((sum, { data }) => sum + data.bytes, 0);
      const deliveries = [...reserved.slots.values()].reduce((sum, slots) => sum + slots, 0);
      return Math.max(1, events.length / EVENTS_PER_UNIT, bytes / BYTES_PER_UNIT, deliveries / DELIVERIES_PER_UNIT);
    },
  });
  return {
    async publish(publisher, events, call) {
      checkNumberOfEvents(events.length);
      const found = faultsOfEvents(events);
      const faults = found instanceof Promise ? await found : found;
      if (faults.length > 0) throw new InputError(faults);
      checkBacklog();
      const span = publishSpan(call, events);
      const reserved = await slotsFor(events);
      try {
        const { traceparent } = span;
        const result = await shared.add({ ...call, traceparent, publisher, events, reserved, span });
        if (isRefused(result)) throw result;
        span.end();
        return result;
      } catch (error) {
        span.end(error instanceof AppError ? error.code : (error as Error).name);
        throw isLockTimeout(error) ? keyOrUserIsHeld() : error;
      } finally {
        reserved.release();
      }
    },
    async idle() {
      await Promise.all(reserving);
      // calls that have waited for slots join a transaction before it
      await setImmediate();
      await shared.idle();
    },
  };
}

/** The span of a call, which names the traces that its events belong to otherwise. */
function publishSpan({ traceparent }: Pick<PublishCall, 'traceparent'>, events: readonly NewEvent[]): Span {
  const span = startSpan('publish', traceparent);
  span.set(() => ({ 'messaging.batch.message_count': events.length }));
  for (const { traceparent: own = null } of events) span.link(own);
  return span;
}

/** Of calls that share a transaction, each names the first one. */
function linkCalls([first, ...others]: readonly GatheredCall[]): void {
  for (const { span } of others) span.link(first?.span.traceparent ?? null);
}

function eventsOf(results: readonly PublishResult[]): number {
  return results.reduce((sum, result) => sum + (isRefused(result) ? 0 : result.length), 0);
}

function keyOrUserIsHeld(): AppError {
  const message =
    'Another transaction publishes with one of these idempotency keys, or is the first to publish for one of these ' +
    'users, and has not ended. Try again.';
  return new AppError('UNAVAILABLE', message);
}
