// Callers who call again as soon as they are answered. The next transaction waits for them, so that all of them share it: otherwise
// one half of them waits while the other half is served, in twice as many transactions.

/** The maximum wait, from the end of a transaction. Callers of the same network need half of it. */
const WAIT_MS = 8;
/** For fewer items, a shared transaction is not worth the wait. */
const FEWEST = 8;
/** The share of the items that is waited for: some callers take longer, or have nothing more to say. */
const SHARE = 7 / 8;
/**
 * Callers who wait for their answers do not call meanwhile. If more come during the transaction that was waited for, as a share of its
 * items, they come at their own pace, and have come in time by chance.
 */
const AT_THEIR_OWN_PACE = 1 / 4;
/** After a wait in vain, so many transactions do not wait. */
const TRY_AGAIN_AFTER = 16;

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
  let withoutWait = 0;
  let expected = 0;
  /** Whether a transaction has begun that was waited for, and has not ended. */
  let isUnderWay = false;
  let timer: NodeJS.Timeout | undefined;
  let works: (() => void)[] = [];

  function doPutOff(): void {
    const all = works;
    works = [];
    for (const work of all) work();
  }

  function endWait(): void {
    clearTimeout(timer);
    expected = 0;
    // the statements of the next transaction are sent before it
    setImmediate(doPutOff);
  }

  function numberExpected(items: number): number {
    if (items < FEWEST) return 0;
    if (withoutWait === 0) return Math.ceil(items * SHARE);
    withoutWait -= 1;
    return 0;
  }

  return {
    answered(answered, waiting) {
      if (isUnderWay && waiting > answered * AT_THEIR_OWN_PACE) withoutWait = TRY_AGAIN_AFTER;
      isUnderWay = false;
      const number = numberExpected(answered + waiting);
      if (number > waiting) {
        clearTimeout(timer);
        expected = number;
        timer = setTimeout(() => {
          endWait();
          withoutWait = TRY_AGAIN_AFTER;
          onNone();
        }, WAIT_MS);
      }
      if (expected === 0) doPutOff();
    },
    areExpected: (waiting) => waiting < expected,
    began() {
      if (expected === 0) return;
      endWait();
      isUnderWay = true;
    },
    putOff(work) {
      works.push(work);
    },
    doPutOff,
  };
}
