/** At low load, for low latency. */
const SHORT_MS = 10;
/** The same for events, which their publishers have gathered. */
const SHORT_FOR_EVENTS_MS = 5;
/** At high load, where fewer and larger batches cost less. */
const LONG_MS = 20;
const HIGH_PER_MS = 0.6;

export interface BatchInterval {
  /** Records the size of the last batch: what has come since the batch before. */
  note(found: number, now?: number): void;
  /** How long to gather items before the next batch. */
  ms(): number;
  /** Whether there is a high load, by the last batch. */
  isLong(): boolean;
}

export function createBatchInterval(shortMs = SHORT_MS): BatchInterval {
  let notedAt = Number.NEGATIVE_INFINITY;
  let perMs = 0;
  const isLong = () => perMs >= HIGH_PER_MS;
  return {
    note(found, now = performance.now()) {
      perMs = found / (now - notedAt);
      notedAt = now;
    },
    ms: () => (isLong() ? LONG_MS : shortMs),
    isLong,
  };
}

/** Between two steps of a relay, and between two notifications that wake it. */
export function createEventInterval(): BatchInterval {
  return createBatchInterval(SHORT_FOR_EVENTS_MS);
}
