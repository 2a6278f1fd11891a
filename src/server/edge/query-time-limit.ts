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
    for(work) {
      last = work.catch(() => undefined);
      const begun = performance.now();
      return new Promise((resolve, reject) => {
        const end = () => {
          clearTimeout(timer);
          left -= performance.now() - begun;
        };
        const timer = setTimeout(
          () => {
            end();
            resolve(null);
          },
          Math.max(0, left),
        );
        work.then(
          (value) => {
            end();
            resolve({ value });
          },
          (error) => {
            end();
            reject(error);
          },
        );
      });
    },
    ended: () => last,
  };
}
