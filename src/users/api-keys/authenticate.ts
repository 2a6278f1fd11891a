import { knownRoles, type Role, type Viewer } from '../../access/viewer';
import { AppError } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { type AuthCache, createTokenLookup } from '../auth-cache';
import {
  isUnchanged,
  type KeyWithUser,
  keysWithUsers,
  keysWithUsersByHash,
  touchApiKey,
  versionOf,
} from './api-key.store';
import { hasGeneratedForm, keyIdOf } from './key-form';
import { refuseFromElsewhere } from './key-networks';

/** The precision with which the last use of a key or session is stored. */
export const LAST_USED_PRECISION_MS = 60_000;

/** The origin of a request, for the audit trail. */
export interface From {
  remoteAddress: string | null;
  userAgent: string | null;
  requestId: string;
}

/**
 * The user whom this token authenticates. Each call reads the database, so that revoking a key, changing roles and
 * deactivating a user take effect at once.
 * @throws AppError UNAUTHENTICATED, with the same message whether the key is unknown, revoked or of an inactive user;
 *   FORBIDDEN from outside of the key's networks
 */
export async function authenticate(db: Db, token: string, request: From, authCache?: AuthCache): Promise<Viewer> {
  const key = await findKey(db, token);
  const now = currentTime();
  if (!key || !isInUse(key)) {
    throw new AppError('UNAUTHENTICATED', 'This API key is not valid: it is unknown or revoked.');
  }
  // only a caller who has the whole key learns this
  if (hasExpired(key, now)) {
    const at = key.expiresAt?.toISOString();
    throw new AppError('UNAUTHENTICATED', `This API key expired at ${at}: a SYSTEM_MANAGER can create another one.`);
  }
  const who = { userId: key.userId, apiKeyId: key.id, sessionId: null, name: key.userName, roles: rolesOf(key) };
  await refuseFromElsewhere(db, { ...who, ...request }, key.networks);
  if (!key.lastUsedAt || now.getTime() - key.lastUsedAt.getTime() >= LAST_USED_PRECISION_MS) {
    await touchApiKey(db, key.id, now);
  }
  authCache?.set('key', token, {
    who,
    networks: key.networks,
    expiresAt: key.expiresAt,
    isUnchanged: isUnchanged(key),
    version: versionOf(key),
    readAt: now.getTime(),
  });
  return { ...who, ...request };
}

/** The current roles and expiry of a valid key or session. */
export interface CredentialState {
  roles: ReadonlySet<Role>;
  expiresAt: Date | null;
  /** Of the key or session and its user. */
  version: string;
}

/** For keys that authenticated earlier, by row id. Keys that have been revoked or have expired since are left out. */
export async function apiKeyStates(db: Db, apiKeyIds: readonly string[]): Promise<Map<string, CredentialState>> {
  const now = currentTime();
  const live = [...(await keysWithUsers(db, apiKeyIds)).values()].filter((key) => isLive(key, now));
  return new Map(
    live.map((key) => [key.id, { roles: rolesOf(key), expiresAt: key.expiresAt, version: versionOf(key) }]),
  );
}

function isLive(key: KeyWithUser, now: Date): boolean {
  return isInUse(key) && !hasExpired(key, now);
}

function isInUse(key: KeyWithUser): boolean {
  return key.userActive && key.revokedAt === null;
}

function hasExpired({ expiresAt }: KeyWithUser, now: Date): boolean {
  return expiresAt !== null && expiresAt <= now;
}

// a key never has a role that its user does not have
function rolesOf(key: KeyWithUser): ReadonlySet<Role> {
  const own = knownRoles(key.userRoles);
  return new Set(key.roles ? own.filter((role) => key.roles?.includes(role)) : own);
}

const lookUp = createTokenLookup(keysWithUsersByHash);

/** The key with this token, as the database has it now; null: there is none. It is found by its hash, which no timing reveals. */
export async function findKey(db: Db, token: string): Promise<KeyWithUser | null> {
  const isMistyped = hasGeneratedForm(token) && keyIdOf(token) === null;
  return isMistyped ? null : lookUp(db, token);
}
