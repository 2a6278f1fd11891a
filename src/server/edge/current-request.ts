// What errors need to know of the current request: Apollo refuses some requests before they have a context.
import { AsyncLocalStorage } from 'node:async_hooks';

export interface CurrentRequest {
  id: string;
  /** Whether its sender may see the schema, and so names of it that are like an unknown one. */
  seesSchema: boolean;
}

const requests = new AsyncLocalStorage<CurrentRequest>();

export function withRequest<T>(request: CurrentRequest, work: () => T): T {
  return requests.run(request, work);
}

/** The request that is being answered; undefined outside a request. */
export function currentRequest(): CurrentRequest | undefined {
  return requests.getStore();
}
