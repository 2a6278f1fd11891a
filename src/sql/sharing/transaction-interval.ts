// How long a shared transaction waits for more callers than those that are there.
import { createCredit } from './credit';

/** The minimum time between the beginnings of two transactions. */
const SHORT_MS = 5;
/** The same while the wait brings further items. */
const LONG_MS = 10;
/**
 * Items with so much time between them came independently of each other. Callers who call again as soon as they are answered
 * come together, so that a longer wait would bring none of them.
 */
const APART_MS = 3;
/** The long wait ends after at most four waits in vain, one after the other. */
const CREDIT = { loss: 1, most: 4 };

export interface TransactionInterval {
  /** The minimum time from the beginning of the last transaction to that of the next one, in milliseconds. */
  ms(): number;
  /** Call it when a transaction begins. @param arrivals when its items came, ascending, by the clock of `now` */
  began(arrivals: readonly number[], now: number): void;
}

/** A transaction costs about the same for one item as for two, so a wait is worth it if another item comes meanwhile. */
export function createTransactionInterval(): TransactionInterval {
  const credit = createCredit(CREDIT);
  return {
    ms: () => (credit.has() ? LONG_MS : SHORT_MS),
    began(arrivals, now) {
      if (!credit.has()) credit.passed();
      else if (now - (arrivals[0] ?? now) >= APART_MS) credit.waited(cameApart(arrivals));
    },
  };
}

function cameApart(arrivals: readonly number[]): boolean {
  return arrivals.some((at, index) => at - (arrivals[index - 1] ?? at) >= APART_MS);
}
