import { LRUCache } from 'lru-cache';
import { currentMs } from '../clock';
import type { Condition } from '../sql/condition';
import type { Viewer } from '../viewer';
import { hashToken } from './api-key';
import { isUnchanged, type KeyWithUser } from './api-key.store';

/** What the database returned for a key. */
export interface Acquaintance {
  who: Pick<Viewer, 'userId' | 'apiKeyId' | 'name' | 'roles'>;
  key: KeyWithUser;
  /** When the database returned it, in milliseconds since 1970. */
  since: number;
}

/** A cached user. The statement that reads for this user must check `stillHolds` itself. */
export interface CachedAuth {
  who: Acquaintance['who'];
  stillHolds: Condition;
}

/**
 * Caches which user a key authenticates, so that a query needs one statement instead of two: the statement that reads
 * the data also checks that key and user are unchanged. The cache alone never authenticates.
 */
export interface AuthCache {
  recognise(token: string): CachedAuth | null;
  remember(token: string, acquaintance: Acquaintance): void;
}

const MAX_KNOWN = 1_000;
/** The precision of `lastUsedAt`: after this time, a statement updates the key anyway. */
const FORGET_AFTER_MS = 60_000;

export function createAuthCache(): AuthCache {
  // keyed by hash: neither the memory nor the time of a lookup reveals a token
  const known = new LRUCache<string, Acquaintance>({ max: MAX_KNOWN });
  return {
    recognise(token) {
      const found = known.get(hashToken(token).toString('base64'));
      const now = currentMs();
      if (!found || now - found.since >= FORGET_AFTER_MS) return null;
      if (found.key.expiresAt && found.key.expiresAt.getTime() <= now) return null;
      return { who: found.who, stillHolds: isUnchanged(found.key) };
    },
    remember(token, acquaintance) {
      known.set(hashToken(token).toString('base64'), acquaintance);
    },
  };
}
