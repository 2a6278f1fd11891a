/** A limit on what a process holds at one time, in calls or in bytes. */
export interface Budget {
  open(): Holding;
}

/** The part of the budget that one request holds. */
export interface Holding {
  /** Counts the part for this owner too. @returns false if the owner then holds more than `most` */
  countFor(owner: string, most: number): boolean;
  /**
   * @returns false if all requests together, or one of the owners, then hold too much; it is counted until `end` even
   * so
   */
  take(amount: number): boolean;
  /** Gives everything back. May be called more than once. */
  end(): void;
}

/** @param most limit for all requests together */
export function createBudget(most: number): Budget {
  const byOwner = new Map<string, number>();
  let all = 0;
  const count = (owner: string, amount: number) => {
    const now = (byOwner.get(owner) ?? 0) + amount;
    if (now > 0) byOwner.set(owner, now);
    else byOwner.delete(owner);
    return now;
  };
  return {
    open() {
      const owners = new Map<string, number>();
      let held = 0;
      return {
        countFor(owner, mostOfOwner) {
          owners.set(owner, mostOfOwner);
          return count(owner, held) <= mostOfOwner;
        },
        take(amount) {
          held += amount;
          all += amount;
          const within = [...owners].map(([owner, mostOfOwner]) => count(owner, amount) <= mostOfOwner);
          return all <= most && within.every(Boolean);
        },
        end() {
          for (const owner of owners.keys()) count(owner, -held);
          all -= held;
          held = 0;
        },
      };
    },
  };
}
