// Callers who call again as soon as they are answered. If the next transaction waits for them, all of them share it; otherwise half of
// them would wait while the other half is served, in twice as many transactions.

/** For fewer items, a shared transaction is not worth the wait. */
const FEWEST = 8;
/** The share of the items that is waited for: some callers may take longer, or have nothing more to say. */
const SHARE = 7 / 8;
/** After how many waits in vain, one after the other, no transaction waits. */
const MOST_CREDIT = 4;
/** After how many transactions the wait is tried again. */
const TRY_AGAIN_AFTER = 16;

export interface ReturningCallers {
  /**
   * Call it when a transaction has ended: its callers are answered.
   * @param answered its items
   * @param waiting those that came meanwhile
   * @returns how many items the next transaction should wait for; 0: it should not wait
   */
  expected(answered: number, waiting: number): number;
  /** Call it when the next transaction begins, if it was told to wait. @param came whether all came that it waited for */
  waited(came: boolean): void;
}

export function createReturningCallers(): ReturningCallers {
  let credit = 1;
  let without = 0;
  return {
    expected(answered, waiting) {
      if (answered + waiting < FEWEST) return 0;
      if (credit > 0) return Math.ceil((answered + waiting) * SHARE);
      without = (without + 1) % TRY_AGAIN_AFTER;
      if (without === 0) credit = 1;
      return 0;
    },
    waited(came) {
      credit = Math.min(MOST_CREDIT, credit + (came ? 1 : -1));
    },
  };
}
