import type { JsonPart } from '../json/json-part';
import type { Log } from '../log';
import type { Condition } from '../sql/condition';
import type { Db } from '../sql/db';
import type { Viewer } from '../viewer';

/** What features need from the running application. Each feature declares its own part beside its code. */
// biome-ignore lint/suspicious/noEmptyInterface: features merge their parts into it
export interface Services {}

/** How to make sure that a viewer who was recognised may still come in. */
export interface OptimisticAuth {
  /** To be asked by the very statement that reads. */
  stillHolds: Condition;
  /** Asks the database who it is. @throws AppError UNAUTHENTICATED */
  confirm(): Promise<Viewer>;
}

/** One request. */
export interface Context {
  /** For reads; takes any free connection. */
  db: Db;
  transaction<T>(work: (db: Db) => Promise<T>): Promise<T>;
  viewer: Viewer | null;
  /** Set while the viewer is only recognised: nothing may be read for them before the one or the other was asked. */
  optimisticAuth?: OptimisticAuth | null;
  requestId: string;
  /** The IP address that asks. */
  remoteAddress: string;
  log: Log;
  /** The request's variables as they were written, for what must keep its exact text; undefined without any. */
  variables: JsonPart | undefined;
  services: Services;
  /** Per-request state of fields, by name: see data-loaders.ts. */
  memory: Map<string, unknown>;
}
