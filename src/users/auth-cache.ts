import { LRUCache } from 'lru-cache';
import { currentMs } from '../clock';
import type { Condition } from '../sql/condition';
import type { Viewer } from '../viewer';
import { isUnchanged, type KeyWithUser } from './api-key.store';
import { hashToken } from './api-key-token';

/** What the database returned for a key. */
export interface AuthCacheEntry {
  who: Pick<Viewer, 'userId' | 'apiKeyId' | 'sessionId' | 'name' | 'roles'>;
  key: KeyWithUser;
  /** When the database returned it, in milliseconds readAt 1970. */
  readAt: number;
}

/** A cached user. The statement that reads for this user must check `stillHolds` itself. */
export interface CachedAuth {
  who: AuthCacheEntry['who'];
  stillHolds: Condition;
}

/**
 * Caches which user a key authenticates, so that a query needs one statement instead of two: the statement that reads
 * the data also checks that key and user are unchanged. The cache alone never authenticates.
 */
export interface AuthCache {
  find(token: string): CachedAuth | null;
  set(token: string, entry: AuthCacheEntry): void;
}

const MAX_ENTRIES = 1_000;
/** The precision of `lastUsedAt`: after this time, a statement updates the key anyway. */
const MAX_AGE_MS = 60_000;

export function createAuthCache(): AuthCache {
  // keyed by hash: neither the memory nor the time of a lookup reveals a token
  const entries = new LRUCache<string, AuthCacheEntry>({ max: MAX_ENTRIES });
  return {
    find(token) {
      const found = entries.get(hashToken(token).toString('base64'));
      const now = currentMs();
      if (!found || now - found.readAt >= MAX_AGE_MS) return null;
      if (found.key.expiresAt && found.key.expiresAt.getTime() <= now) return null;
      return { who: found.who, stillHolds: isUnchanged(found.key) };
    },
    set(token, entry) {
      entries.set(hashToken(token).toString('base64'), entry);
    },
  };
}
