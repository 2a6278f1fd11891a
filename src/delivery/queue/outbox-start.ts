// Where a relay begins to read the outbox. Until the next vacuum, its index has entries of all events that have left it: at full load a
// relay that began with the smallest id would step over 100,000 of them, in each step.
import { currentMs } from '../../clock';
import { FIRST_ID, firstIdAt } from '../../ids';

/** As a rule, an event is committed within this time after its id was made. */
const COMMITTED_WITHIN_MS = 2_000;
/** Events that were committed later are found by reading from the smallest id, once in this time. */
const WHOLE_AFTER_MS = 1_000;

export interface OutboxStart {
  /** The id to begin with now. `read` must follow, unless reading has failed. */
  next(now?: number): string;
  /** @param oldest the smallest id that was found; null: there was none */
  read(oldest: string | null): void;
  /** Begins with the smallest id, the next time. */
  beginAtSmallest(): void;
}

export function createOutboxStart(): OutboxStart {
  let start = FIRST_ID;
  let fromSmallest = true;
  let wholeAt = Number.NEGATIVE_INFINITY;
  return {
    next(now = performance.now()) {
      if (!fromSmallest && now - wholeAt < WHOLE_AFTER_MS) return start;
      // before reading: events that are committed meanwhile are asked for again
      fromSmallest = false;
      wholeAt = now;
      return FIRST_ID;
    },
    read(oldest) {
      const recent = firstIdAt(currentMs() - COMMITTED_WITHIN_MS);
      start = oldest !== null && oldest < recent ? oldest : recent;
    },
    beginAtSmallest() {
      fromSmallest = true;
    },
  };
}
