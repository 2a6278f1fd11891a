import { type Credential, credentialId, knownRoles, type Role, type Viewer } from '../../access/viewer';
import { AppError } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { apiKeyStates, type CredentialState, type From, LAST_USED_PRECISION_MS } from '../api-keys/authenticate';
import { refuseFromElsewhere } from '../api-keys/key-networks';
import { type AuthCache, createTokenLookup } from '../auth-cache';
import {
  isUnchanged,
  type SessionWithUser,
  sessionsWithUsers,
  sessionsWithUsersByHash,
  touchSession,
  versionOf,
} from './session.store';
import { IDLE_MS, MAX_AHEAD_MS } from './session-limits';

export const findSession = createTokenLookup(sessionsWithUsersByHash);

/**
 * The user of the session with this token. Like `authenticate`, each call reads the database, so that ending a session,
 * revoking its key, changing roles and deactivating the user take effect at once.
 * @throws AppError UNAUTHENTICATED, with the same message whether the session is unknown, has ended or has
 *   expired; FORBIDDEN from outside of the networks of the key that it was made from
 */
export async function authenticateSession(
  db: Db,
  token: string,
  request: From,
  authCache?: AuthCache,
): Promise<Viewer> {
  const session = await findSession(db, token);
  const now = currentTime();
  if (!session || !isLive(session, now)) {
    throw new AppError('UNAUTHENTICATED', 'This session has ended or is not known: sign in again.');
  }
  const who = {
    userId: session.userId,
    apiKeyId: session.apiKeyId,
    sessionId: session.id,
    name: session.userName,
    roles: rolesOf(session),
  };
  await refuseFromElsewhere(db, { ...who, ...request }, session.keyNetworks);
  if (now.getTime() - session.lastUsedAt.getTime() >= LAST_USED_PRECISION_MS) await touchSession(db, session.id, now);
  const entry = {
    who,
    networks: session.keyNetworks,
    expiresAt: endOf(session),
    isUnchanged: isUnchanged(session),
    version: versionOf(session),
    readAt: now.getTime(),
  };
  authCache?.set('session', token, entry);
  return { ...who, ...request };
}

/** By credentialId, for callers that authenticated earlier. Keys and sessions that are no longer valid are left out. */
export async function credentialStates(
  db: Db,
  credentials: readonly Credential[],
): Promise<Map<string, CredentialState>> {
  const ids = (isSession: boolean) =>
    credentials.filter(({ sessionId }) => (sessionId !== null) === isSession).map(credentialId);
  const [keyIds, sessionIds] = [ids(false), ids(true)];
  const states = keyIds.length > 0 ? await apiKeyStates(db, keyIds) : new Map<string, CredentialState>();
  if (sessionIds.length === 0) return states;
  const now = currentTime();
  for (const session of (await sessionsWithUsers(db, sessionIds)).values()) {
    if (!isLive(session, now)) continue;
    const state = { roles: rolesOf(session), expiresAt: endOf(session), version: versionOf(session) };
    states.set(session.id, state);
  }
  return states;
}

/** Of a caller that `credentialStates` leaves out. */
export function noLongerValid(): AppError {
  return new AppError('UNAUTHENTICATED', 'The API key or the session is revoked or expired.');
}

function isLive(session: SessionWithUser, now: Date): boolean {
  if (session.createdAt.getTime() >= now.getTime() + MAX_AHEAD_MS) return false;
  return session.userActive && session.endedAt === null && session.keyRevokedAt === null && endOf(session) > now;
}

/** When the session ends if it is not used again. */
function endOf({ expiresAt, lastUsedAt, keyExpiresAt }: SessionWithUser): Date {
  const ends = [expiresAt.getTime(), lastUsedAt.getTime() + IDLE_MS, ...(keyExpiresAt ? [keyExpiresAt.getTime()] : [])];
  return new Date(Math.min(...ends));
}

// a session made from a key has no role that the key does not have
function rolesOf({ userRoles, keyRoles }: SessionWithUser): ReadonlySet<Role> {
  const own = knownRoles(userRoles);
  return new Set(keyRoles ? own.filter((role) => keyRoles.includes(role)) : own);
}
