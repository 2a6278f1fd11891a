/** How long somebody who asks us waits for our database, over several questions to it. */
export interface Patience {
  /** What `work` gives; null when it takes longer than what is left. It goes on all the same. */
  for<T>(work: Promise<T>): Promise<{ value: T } | null>;
  /** Resolves when nothing of it is under way any more. */
  over(): Promise<unknown>;
}

export function createPatience(ms: number): Patience {
  let left = ms;
  let last: Promise<unknown> = Promise.resolve();
  return {
    async for(work) {
      last = work.catch(() => undefined);
      const begun = performance.now();
      const { promise: late, resolve } = Promise.withResolvers<null>();
      const timer = setTimeout(resolve, Math.max(0, left), null);
      try {
        return await Promise.race([work.then((value) => ({ value })), late]);
      } finally {
        clearTimeout(timer);
        left -= performance.now() - begun;
      }
    },
    over: () => last,
  };
}
