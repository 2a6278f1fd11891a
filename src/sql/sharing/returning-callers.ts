// Callers who call again as soon as they are answered. The next transaction waits for them, so that all of them share it: otherwise
// one half of them waits while the other half is served, in twice as many transactions.
import { createCredit } from './credit';

/** The maximum wait, from the end of a transaction. Callers of the same network need half of it. */
const WAIT_MS = 8;
/** For fewer items, a shared transaction is not worth the wait. */
const FEWEST = 8;
/** The share of the items that is waited for: some callers take longer, or have nothing more to say. */
const SHARE = 7 / 8;
/** Of waits in vain. Callers who come independently of each other are now and then as many as expected. */
const CREDIT = { loss: 2, most: 6 };

export interface ReturningCallers {
  /**
   * Call it when a transaction has ended, so that its callers are answered.
   * @param answered its items
   * @param waiting the items that came meanwhile
   */
  answered(answered: number, waiting: number): void;
  /** Whether the next transaction should wait, because more items are expected than these. */
  areExpected(waiting: number): boolean;
  /** Call it when the next transaction begins. */
  began(): void;
  /**
   * Puts work off that no caller waits for, while callers are expected: to read their calls comes first. It is done when their
   * transaction has begun, or they are not expected any more. It must not throw.
   */
  putOff(work: () => void): void;
  /** Does at once what is put off. */
  doPutOff(): void;
}

/** @param onNone called when not all callers have come that were expected */
export function createReturningCallers(onNone: () => void): ReturningCallers {
  const credit = createCredit(CREDIT);
  let expected = 0;
  let timer: NodeJS.Timeout | undefined;
  let works: (() => void)[] = [];

  function doPutOff(): void {
    const all = works;
    works = [];
    for (const work of all) work();
  }

  function endWait(haveCome: boolean): void {
    clearTimeout(timer);
    expected = 0;
    credit.waited(haveCome);
    // the statements of the next transaction are sent before it
    setImmediate(doPutOff);
  }

  function numberExpected(items: number): number {
    if (items < FEWEST) return 0;
    if (credit.has()) return Math.ceil(items * SHARE);
    credit.passed();
    return 0;
  }

  return {
    answered(answered, waiting) {
      const number = numberExpected(answered + waiting);
      if (number > waiting) {
        clearTimeout(timer);
        expected = number;
        timer = setTimeout(() => {
          endWait(false);
          onNone();
        }, WAIT_MS);
      }
      if (expected === 0) doPutOff();
    },
    areExpected: (waiting) => waiting < expected,
    began() {
      if (expected > 0) endWait(true);
    },
    putOff(work) {
      works.push(work);
    },
    doPutOff,
  };
}
