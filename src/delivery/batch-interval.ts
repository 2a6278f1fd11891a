const SHORT_MS = 10;
const LONG_MS = 20;
/** So many at once say that the next ones are near. */
const MANY = 6;

export interface BatchInterval {
  /** How many the last step found. */
  note(found: number): void;
  /** How long to gather before the next. */
  ms(): number;
}

/** Short while little comes, so that it goes soon; longer under load, where each step less is room for others. */
export function createBatchInterval(): BatchInterval {
  let found = 0;
  return {
    note(count) {
      found = count;
    },
    ms: () => (found >= MANY ? LONG_MS : SHORT_MS),
  };
}
