/** What a process may hold at a moment, in calls or in bytes. */
export interface Budget {
  open(): Holding;
}

/** What one request holds of it. */
export interface Holding {
  /** Counts it for this owner too. @returns false where the owner holds more than `most` by it */
  countFor(owner: string, most: number): boolean;
  /** @returns false where all requests, or one of its owners, hold too much by it; counted it is until `end` */
  take(amount: number): boolean;
  /** Gives everything back. May be called more than once. */
  end(): void;
}

/** @param most of all requests together */
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
