// Whether a wait is worth it, by what the last ones brought.

/** After how many transactions without the wait it is tried again. */
const TRY_AGAIN_AFTER = 16;

export interface Credit {
  /** Whether to wait. */
  has(): boolean;
  /** Records a wait. @param brought whether it brought what it was for */
  waited(brought: boolean): void;
  /** Records a transaction without the wait. */
  passed(): void;
}

/**
 * @param loss of a wait in vain; a wait that is worth it gains 1
 * @param most limit of the credit, so that it is used up soon after waits have become vain
 */
export function createCredit({ loss, most }: { loss: number; most: number }): Credit {
  let credit = 1;
  let without = 0;
  return {
    has: () => credit > 0,
    waited(brought) {
      credit = Math.min(most, credit + (brought ? 1 : -loss));
    },
    passed() {
      without = (without + 1) % TRY_AGAIN_AFTER;
      if (without === 0) credit = 1;
    },
  };
}
