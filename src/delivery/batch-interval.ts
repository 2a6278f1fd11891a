const SHORT_MS = 10;
const LONG_MS = 20;
/** A batch of this size suggests that more items follow soon. */
const MANY = 6;

export interface BatchInterval {
  /** Records the size of the last batch. */
  note(found: number): void;
  /** How long to gather items before the next batch. */
  ms(): number;
}

/** Short at low load, for low latency; longer at high load, where fewer and larger batches cost less. */
export function createBatchInterval(): BatchInterval {
  let found = 0;
  return {
    note(count) {
      found = count;
    },
    ms: () => (found >= MANY ? LONG_MS : SHORT_MS),
  };
}
