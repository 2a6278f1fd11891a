/** Runs work in a limited number of slots, which groups share. */
export interface FairSlots {
  /** Waits for a slot that the group may take, and does the work in it. */
  run<T>(group: string, work: () => Promise<T>): Promise<T>;
}

interface Waiting {
  group: string;
  start(): void;
}

/**
 * A group may take as many slots as are free beyond those that it has: alone it gets half of them, and groups whose work hangs
 * leave some to the others (dynamic thresholds, Choudhury and Hahne 1998).
 */
export function createFairSlots(slots: number): FairSlots {
  const usedBy = new Map<string, number>();
  const waiting: Waiting[] = [];
  let used = 0;

  const mayStart = (group: string) => (usedBy.get(group) ?? 0) < slots - used;

  function take(group: string): void {
    used += 1;
    usedBy.set(group, (usedBy.get(group) ?? 0) + 1);
  }

  function release(group: string): void {
    used -= 1;
    const left = (usedBy.get(group) ?? 1) - 1;
    if (left > 0) usedBy.set(group, left);
    else usedBy.delete(group);
  }

  // oldest first
  function startWaiting(): void {
    for (let n = 0; n < waiting.length && used < slots; ) {
      const { group, start } = waiting[n] as Waiting;
      if (mayStart(group)) {
        waiting.splice(n, 1);
        start();
      } else n += 1;
    }
  }

  const turnOf = (group: string) =>
    new Promise<void>((resolve) => {
      const start = () => {
        take(group);
        resolve();
      };
      if (mayStart(group)) start();
      else waiting.push({ group, start });
    });

  return {
    async run(group, work) {
      await turnOf(group);
      try {
        return await work();
      } finally {
        release(group);
        startWaiting();
      }
    },
  };
}

/** @returns a function that runs at most `most` of the given tasks at the same time; the others wait, first come first served. */
export function limitConcurrency(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = most;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
