// How long a shared transaction waits for more callers than those that are there.

/** The minimum time between the beginnings of two transactions. */
const SHORT_MS = 5;
/** The same while the wait brings further items. */
const LONG_MS = 10;
/**
 * Items with so much time between them came independently of each other. Callers who call again as soon as they are answered
 * come together, so that a longer wait would bring none of them.
 */
const APART_MS = 3;
/** After how many waits in vain, one after the other, the long wait ends. */
const MOST_CREDIT = 4;
/** After how many transactions the long wait is tried again. */
const TRY_AGAIN_AFTER = 16;

export interface Pace {
  /** The minimum time from the beginning of the last transaction to that of the next one, in milliseconds. */
  ms(): number;
  /** Call it when a transaction begins. @param arrivals when its items came, ascending, by the clock of `now` */
  began(arrivals: readonly number[], now: number): void;
}

/** A transaction costs about the same for one item as for two, so a wait is worth it if another item comes meanwhile. */
export function createPace(): Pace {
  let credit = 1;
  let without = 0;
  return {
    ms: () => (credit > 0 ? LONG_MS : SHORT_MS),
    began(arrivals, now) {
      if (credit === 0) {
        without = (without + 1) % TRY_AGAIN_AFTER;
        if (without === 0) credit = 1;
      } else if (now - (arrivals[0] ?? now) >= APART_MS) {
        credit = Math.min(MOST_CREDIT, credit + (cameApart(arrivals) ? 1 : -1));
      }
    },
  };
}

function cameApart(arrivals: readonly number[]): boolean {
  return arrivals.some((at, index) => at - (arrivals[index - 1] ?? at) >= APART_MS);
}
