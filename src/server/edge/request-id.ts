// The id of the current request, for errors: Apollo refuses some requests before they have a context.
import { AsyncLocalStorage } from 'node:async_hooks';

const ids = new AsyncLocalStorage<string>();

export function withRequestId<T>(id: string, work: () => T): T {
  return ids.run(id, work);
}

/** The id of the request that is being answered; undefined outside a request. */
export function currentRequestId(): string | undefined {
  return ids.getStore();
}
