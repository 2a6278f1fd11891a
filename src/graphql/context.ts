import DataLoader from 'dataloader';
import type { Viewer } from '../access/viewer';
import type { JsonPart } from '../json/json-part';
import type { Log } from '../logging/log';
import type { Condition } from '../sql/condition';
import type { Db } from '../sql/db';

/** What the resolvers need from the application. Each feature declares its part beside its code. */
// biome-ignore lint/suspicious/noEmptyInterface: features merge their parts into it
export interface Services {}

/** How to check that a viewer from the auth cache still has access. */
export interface OptimisticAuth {
  /** A condition for the statement that reads. */
  stillHolds: Condition;
  /** For a transaction that reads the `CredentialState` of the viewer. */
  version: string;
  /** Reads the viewer from the database. @throws AppError UNAUTHENTICATED */
  confirm(): Promise<Viewer>;
}

/** One request. */
export interface Context {
  /** For reads, on any free connection. */
  db: Db;
  transaction<T>(work: (db: Db) => Promise<T>): Promise<T>;
  viewer: Viewer | null;
  /** Set while the viewer comes from the auth cache: nothing may be read or written for them before one of these checks. */
  optimisticAuth?: OptimisticAuth | null;
  requestId: string;
  /** The IP address of the caller. */
  remoteAddress: string;
  /** Where the request is in a trace, as `traceparentOf` keeps it; null: in none. */
  traceparent: string | null;
  log: Log;
  /** The variables with their exact text; undefined: the request has none. */
  variables(): JsonPart | undefined;
  services: Services;
  /** How many rows a page of each of its lists looks at; undefined: as many as that of a single list. */
  lookedAt?: number;
  /** Values that the fields of the request share, by name: see context.ts. */
  memory: Map<string, unknown>;
}

/** A value that is made once in a request and shared by all its fields. */
export function perRequest<T>(context: Context, name: string, make: () => T): T {
  if (!context.memory.has(name)) context.memory.set(name, make());
  return context.memory.get(name) as T;
}

const MAX_BATCH = 500;

/** Reads the keys of many fields with one statement. Not shared between requests, because viewers differ. */
export function loaderFor<Value>(
  context: Context,
  name: string,
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
  maxBatchSize = MAX_BATCH,
): DataLoader<string, Value | null> {
  return perRequest(context, name, () => {
    const batch = async (keys: readonly string[]) => {
      const found = await load(keys);
      return keys.map((key) => found.get(key) ?? null);
    };
    return new DataLoader<string, Value | null>(batch, { maxBatchSize });
  });
}
