/** At low load, for low latency. */
const SHORT_MS = 10;
/** The same for events, which their publishers have gathered (`sql/sharing/pace.ts`). */
const SHORT_FOR_EVENTS_MS = 5;
/** At high load, where fewer and larger batches cost less. */
const LONG_MS = 20;
const HIGH_PER_MS = 0.6;

export interface BatchInterval {
  /** Records the size of the last batch: what has come since the batch before. */
  note(found: number, now?: number): void;
  /** How long to gather items before the next batch. */
  ms(): number;
}

export function createBatchInterval(shortMs = SHORT_MS): BatchInterval {
  let notedAt = Number.NEGATIVE_INFINITY;
  let perMs = 0;
  return {
    note(found, now = performance.now()) {
      perMs = found / (now - notedAt);
      notedAt = now;
    },
    ms: () => (perMs >= HIGH_PER_MS ? LONG_MS : shortMs),
  };
}

/** Between two steps of a relay, and between two notifications that wake it. */
export function createEventInterval(): BatchInterval {
  return createBatchInterval(SHORT_FOR_EVENTS_MS);
}
