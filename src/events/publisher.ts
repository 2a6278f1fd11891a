// Accepts events: calls of the same moment share a transaction.
import { AppError, InputError } from '../errors';
import { isLockTimeout } from '../sql/database-errors';
import { createGroupCommit } from '../sql/group-commit';
import type { Transaction } from '../sql/transactions';
import type { Viewer } from '../viewer';
import { checkNumberOfEvents, faultsOfEvents, type NewEvent } from './event-faults';
import { type PublishCall, type PublishedEvent, publishCalls } from './publish-events';

export interface Publisher {
  /**
   * Resolves when all of these events are committed.
   * @throws InputError for their faults; AppError UNAVAILABLE while the backlog is full, and when another transaction holds one
   * of the idempotency keys and does not end
   */
  publish(publisher: Viewer, events: readonly NewEvent[]): Promise<PublishedEvent[]>;
  /** Waits until all given events are committed or refused. */
  idle(): Promise<void>;
}

/**
 * `publish_event()` may hold an idempotency key for as long as the transaction of its caller lasts. The other calls of a
 * shared transaction must not wait for it.
 */
const LOCK_TIMEOUT_MS = 20;
/** One transaction takes at most 200 calls, 1,000 events or 16 MiB, unless one call is larger. */
const EVENTS_PER_UNIT = 5;
const BYTES_PER_UNIT = (16 * 1024 * 1024) / 200;

export interface PublisherParts {
  transaction: Transaction;
  /** @throws AppError UNAVAILABLE while no events are accepted */
  checkBacklog(): void;
  /** Called after events were committed. */
  onPublished(): void;
}

export function createPublisher({ transaction, checkBacklog, onPublished }: PublisherParts): Publisher {
  const shared = createGroupCommit({
    run: (calls: readonly PublishCall[]) =>
      transaction((db) => publishCalls(db, calls), { lockTimeoutMs: LOCK_TIMEOUT_MS }),
    sizeOf: ({ events }) => {
      const bytes = events.reduce((sum, { data }) => sum + data.bytes, 0);
      return Math.max(1, events.length / EVENTS_PER_UNIT, bytes / BYTES_PER_UNIT);
    },
  });
  return {
    async publish(publisher, events) {
      checkNumberOfEvents(events.length);
      const faults = faultsOfEvents(events);
      if (faults.length > 0) throw new InputError(faults);
      checkBacklog();
      const result = await shared.add({ publisher, events }).catch((error: unknown) => {
        throw isLockTimeout(error) ? keyIsHeld() : error;
      });
      if (result instanceof InputError) throw result;
      onPublished();
      return result;
    },
    idle: shared.idle,
  };
}

function keyIsHeld(): AppError {
  const message = 'Another transaction publishes with one of these idempotency keys and has not ended. Try again.';
  return new AppError('UNAVAILABLE', message);
}
