import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import type { Viewer } from '../access/viewer';
import type { Condition } from '../sql/condition';
import type { Db } from '../sql/db';
import { connectionsLost } from '../sql/session';
import { currentMs } from '../time/clock';
import { hashTokenText } from './token-hash';

const MAX_BATCH = 500;

/**
 * Finds rows by the hashes of their tokens, as the database has them now. Tokens of the same moment are looked up in
 * one statement.
 */
export function createTokenLookup<Row extends { tokenHash: Buffer }>(
  rowsByHash: (db: Db, hashes: readonly Buffer[]) => Promise<Row[]>,
): (db: Db, token: string) => Promise<Row | null> {
  const loaders = new WeakMap<Db, DataLoader<string, Row | null>>();
  const load = async (db: Db, hashes: readonly string[]): Promise<(Row | null)[]> => {
    const wanted = [...new Set(hashes)].map((hash) => Buffer.from(hash, 'base64'));
    const rows = await rowsByHash(db, wanted);
    const byHash = new Map(rows.map((row) => [row.tokenHash.toString('base64'), row]));
    return hashes.map((hash) => byHash.get(hash) ?? null);
  };
  const loaderOf = (db: Db) => {
    const known = loaders.get(db);
    if (known) return known;
    const loader = new DataLoader<string, Row | null>((hashes) => load(db, hashes), {
      // a token may be revoked at any time
      cache: false,
      maxBatchSize: MAX_BATCH,
      batchScheduleFn: setImmediate,
    });
    loaders.set(db, loader);
    return loader;
  };
  return (db, token) => loaderOf(db).load(hashTokenText(token));
}

/** A session's token is no API key: each is found only as what it is. */
export type TokenKind = 'key' | 'session';

/** What the database returned for a token. */
export interface AuthCacheEntry {
  who: Pick<Viewer, 'userId' | 'apiKeyId' | 'sessionId' | 'name' | 'roles'>;
  /** The networks in which the token authenticates; null: everywhere. */
  networks: readonly string[] | null;
  /** When the token stops authenticating; null: never. */
  expiresAt: Date | null;
  /** Whether neither the key or session nor its user has changed. */
  isUnchanged: Condition;
  /** The same for what reads a `CredentialState`: it is unchanged if its version is. */
  version: string;
  /** When the database returned it, in milliseconds since 1970. */
  readAt: number;
}

/** A cached user. What is done for this user must check `stillHolds`, or compare the version, in its own transaction. */
export interface CachedAuth {
  who: AuthCacheEntry['who'];
  stillHolds: Condition;
  version: string;
}

/**
 * Caches which user a key or session authenticates, so that a query needs one statement instead of two: the statement
 * that reads the data also checks that both are unchanged. The cache alone never authenticates.
 */
export interface AuthCache {
  /** @param isAllowed whether the caller may use the token from where they are, by its networks */
  find(kind: TokenKind, token: string, isAllowed: (networks: readonly string[] | null) => boolean): CachedAuth | null;
  set(kind: TokenKind, token: string, entry: AuthCacheEntry): void;
}

const MAX_ENTRIES = 1_000;
/** The precision of `lastUsedAt`: after this time, a statement updates it anyway. */
const MAX_AGE_MS = 60_000;

export function createAuthCache(): AuthCache {
  // keyed by hash: neither the memory nor the time of a lookup reveals a token
  const entries = new LRUCache<string, AuthCacheEntry & { lost: number }>({ max: MAX_ENTRIES });
  return {
    find(kind, token, isAllowed) {
      const found = entries.get(nameOf(kind, token));
      const now = currentMs();
      // the versions of rows are numbers of transactions
      if (!found || found.lost !== connectionsLost() || now < found.readAt || now - found.readAt >= MAX_AGE_MS)
        return null;
      if (!isAllowed(found.networks)) return null;
      if (found.expiresAt && found.expiresAt.getTime() <= now) return null;
      return { who: found.who, stillHolds: found.isUnchanged, version: found.version };
    },
    set(kind, token, entry) {
      entries.set(nameOf(kind, token), { ...entry, lost: connectionsLost() });
    },
  };
}

function nameOf(kind: TokenKind, token: string): string {
  return `${kind} ${hashTokenText(token)}`;
}
