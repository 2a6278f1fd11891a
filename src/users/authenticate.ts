import { timingSafeEqual } from 'node:crypto';
import { currentTime } from '../clock';
import { AppError } from '../errors';
import type { Db } from '../sql/db';
import { knownRoles, type Role, type Viewer } from '../viewer';
import { hashToken, isOurForm, keyIdOf } from './api-key';
import { findKeyWithUser, findKeyWithUserByHash, type KeyWithUser, keysWithUsers, touchApiKey } from './api-key.store';
import type { AuthCache } from './auth-cache';

const LAST_USED_PRECISION_MS = 60_000;

/** Where a request comes from. */
export interface From {
  remoteAddress: string | null;
  requestId: string;
}

/**
 * Who holds this key. Read from the database each time, so that revoking a key, changing roles or deactivating a user
 * acts at once. @throws AppError UNAUTHENTICATED, the same whether the key is unknown, revoked or expired.
 */
export async function authenticate(db: Db, token: string, request: From, authCache?: AuthCache): Promise<Viewer> {
  const key = await findKeyOf(db, token);
  const now = currentTime();
  if (!key || !timingSafeEqual(key.tokenHash, hashToken(token)) || !isLive(key, now)) {
    throw new AppError('UNAUTHENTICATED', 'This API key is not valid: it is unknown, revoked or expired.');
  }
  if (!key.lastUsedAt || now.getTime() - key.lastUsedAt.getTime() >= LAST_USED_PRECISION_MS) {
    await touchApiKey(db, key.id, now);
  }
  const who = { userId: key.userId, apiKeyId: key.id, name: key.userName, roles: rolesOf(key) };
  authCache?.remember(token, { who, key, since: now.getTime() });
  return { ...who, ...request };
}

/** The key that this token may be: whoever asks still compares the whole token. */
export async function findKeyOf(db: Db, token: string): Promise<KeyWithUser | null> {
  if (!isOurForm(token)) return findKeyWithUserByHash(db, hashToken(token));
  const keyId = keyIdOf(token);
  return keyId ? findKeyWithUser(db, keyId) : null;
}

/** What a key is worth after it was checked. */
export interface Standing {
  roles: ReadonlySet<Role>;
  expiresAt: Date | null;
}

/** Of keys that were right before, by the ids of their rows: one that is revoked or expired by now is not among them. */
export async function standingsOf(db: Db, apiKeyIds: readonly string[]): Promise<Map<string, Standing>> {
  const now = currentTime();
  const live = [...(await keysWithUsers(db, apiKeyIds)).values()].filter((key) => isLive(key, now));
  return new Map(live.map((key) => [key.id, { roles: rolesOf(key), expiresAt: key.expiresAt }]));
}

function isLive(key: KeyWithUser, now: Date): boolean {
  return key.userActive && key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now);
}

// a key never has more than its user
function rolesOf(key: KeyWithUser): ReadonlySet<Role> {
  const own = knownRoles(key.userRoles);
  return new Set(key.roles ? own.filter((role) => key.roles?.includes(role)) : own);
}
