import type { JsonPart } from '../json/json-part';
import type { Log } from '../log';
import type { Db } from '../sql/db';
import type { Viewer } from '../viewer';

/** What features need from the running application. Each feature declares its own part beside its code. */
// biome-ignore lint/suspicious/noEmptyInterface: features merge their parts into it
export interface Services {}

/** One request. */
export interface Context {
  /** For reads; takes any free connection. */
  db: Db;
  transaction<T>(work: (db: Db) => Promise<T>): Promise<T>;
  viewer: Viewer | null;
  requestId: string;
  log: Log;
  /** The request's variables as they were written, for what must keep its exact text; undefined without any. */
  variables: JsonPart | undefined;
  services: Services;
  /** Per-request state of fields, by name: see per-request.ts. */
  memory: Map<string, unknown>;
}
