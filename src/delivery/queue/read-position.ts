// Where the outbox, and the table of jobs, are read from. Until the next vacuum, their indexes have entries of all that has left them: at
// full load a reader that began with the oldest would step over 100,000 of them, in each step.
import { currentMs } from '../../time/clock';

/** As a rule, a row is committed within this time after its id was made, or after it was due. */
const COMMITTED_WITHIN_MS = 2_000;
/** Rows that were committed later are found by reading from the oldest, once in this time. */
const WHOLE_AFTER_MS = 1_000;

/** The time of the oldest row. */
export const OLDEST = 0;

export interface ReadPosition {
  /** The time to begin with now, in milliseconds. `read` must follow, unless reading has failed. */
  next(now?: number): number;
  /** @param oldest the time of the oldest row that was found; null: there was none */
  read(oldest: number | null): void;
  /** Begins with the oldest, the next time. */
  beginAtOldest(): void;
}

export function createReadPosition(): ReadPosition {
  let start = OLDEST;
  let fromOldest = true;
  let wholeAt = Number.NEGATIVE_INFINITY;
  return {
    next(now = performance.now()) {
      if (!fromOldest && now - wholeAt < WHOLE_AFTER_MS) return start;
      // before reading: rows that are committed meanwhile are asked for again
      fromOldest = false;
      wholeAt = now;
      return OLDEST;
    },
    read(oldest) {
      const recent = currentMs() - COMMITTED_WITHIN_MS;
      start = Math.min(oldest ?? recent, recent);
    },
    beginAtOldest() {
      fromOldest = true;
    },
  };
}
