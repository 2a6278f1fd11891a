// Which request an error belongs to: Apollo refuses some requests before they have a context.
import { AsyncLocalStorage } from 'node:async_hooks';

const ids = new AsyncLocalStorage<string>();

export function withRequestId<T>(id: string, work: () => T): T {
  return ids.run(id, work);
}

/** Of the request that is being answered; undefined outside of one. */
export function currentRequestId(): string | undefined {
  return ids.getStore();
}
