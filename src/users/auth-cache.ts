import { currentMs } from '../clock';
import type { Condition } from '../sql/condition';
import type { Viewer } from '../viewer';
import { hashToken } from './api-key';
import { isUnchanged, type KeyWithUser } from './api-key.store';

/** As the database said a moment ago. */
export interface Acquaintance {
  who: Pick<Viewer, 'userId' | 'apiKeyId' | 'name' | 'roles'>;
  key: KeyWithUser;
  /** When it said so, in milliseconds. */
  since: number;
}

/** Somebody who may be let in if the statement that reads for them finds `stillHolds` true in the same moment. */
export interface CachedAuth {
  who: Acquaintance['who'];
  stillHolds: Condition;
}

/**
 * Remembers who came in with which key, so that a query need not first ask who is calling and then what they want: it
 * asks both at once. Nobody is let in by memory alone.
 */
export interface AuthCache {
  recognise(token: string): CachedAuth | null;
  remember(token: string, acquaintance: Acquaintance): void;
}

const MAX_KNOWN = 1_000;
/** By then somebody has to write down anyway that the key is in use. */
const FORGET_AFTER_MS = 60_000;

export function createAuthCache(): AuthCache {
  // by their hashes: neither the tokens nor the time that finding one takes tells anything
  const known = new Map<string, Acquaintance>();
  return {
    recognise(token) {
      const found = known.get(hashToken(token).toString('base64'));
      const now = currentMs();
      if (!found || now - found.since >= FORGET_AFTER_MS) return null;
      if (found.key.expiresAt && found.key.expiresAt.getTime() <= now) return null;
      return { who: found.who, stillHolds: isUnchanged(found.key) };
    },
    remember(token, acquaintance) {
      const hash = hashToken(token).toString('base64');
      known.delete(hash);
      known.set(hash, acquaintance);
      const [oldest] = known.keys();
      if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
    },
  };
}
