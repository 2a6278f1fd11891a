/** A time limit for several queries of one request together. */
export interface QueryTimeLimit {
  /** The result of `work`; null if it takes longer than the time that is left. `work` continues nevertheless. */
  for<T>(work: Promise<T>): Promise<{ value: T } | null>;
  /** Resolves when all work has ended. */
  ended(): Promise<unknown>;
}

export function createQueryTimeLimit(ms: number): QueryTimeLimit {
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
    ended: () => last,
  };
}
