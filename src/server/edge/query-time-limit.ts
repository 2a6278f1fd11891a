import { AsyncLocalStorage } from 'node:async_hooks';
import type { Answered } from './request-metrics';

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

// What errors need to know of the current request: Apollo refuses some requests before they have a context.

export interface CurrentRequest {
  id: string;
  /** Whether its sender may see the schema, and so names of it that are like an unknown one. */
  seesSchema: boolean;
  /** Set when Apollo has answered it. Not in the context, of which Apollo gives each operation a copy. */
  answered?: Answered;
}

const requests = new AsyncLocalStorage<CurrentRequest>();

export function withRequest<T>(request: CurrentRequest, work: () => T): T {
  return requests.run(request, work);
}

/** The request that is being answered; undefined outside a request. */
export function currentRequest(): CurrentRequest | undefined {
  return requests.getStore();
}
