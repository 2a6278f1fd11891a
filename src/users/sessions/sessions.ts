import { randomBytes } from 'node:crypto';
import type { Viewer } from '../../access/viewer';
import { type Actor, recordAct } from '../../audit/write-audit-entry';
import { InputError } from '../../errors/errors';
import type { Condition } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { newId, timeOfId, toNodeId } from '../../values/ids';
import { hashToken } from '../token-hash';
import { findUser, findUserForUpdate } from '../user.store';
import { findSession } from './authenticate-session';
import type { SessionEndReason, SessionMethod } from './session.entity';
import {
  endSessions,
  findSessionForUpdate,
  insertSession,
  isLive,
  type ProviderSession,
  type SessionRow,
  sessionsOfProvider,
  sessionsThat,
} from './session.store';
import { IDLE_MS, MAX_AGE_MS, MAX_AHEAD_MS, MAX_SESSIONS } from './session-limits';

export interface NewSession {
  /** The user who signed in, and the origin of the request. */
  actor: Actor & { userId: string };
  method: SessionMethod;
  /** The session at the identity provider; null: it named none. */
  providerSession: string | null;
  /** When the user signed in there, by its clock; null: they did not sign in there. */
  providerTime: Date | null;
  /** The token of the session that the browser had before; it ends. */
  replacedToken: string | null;
}

/** @returns the session and its token, the value of the cookie, of which only the hash is stored */
export async function startSession(
  db: Db,
  { actor, method, providerSession, providerTime, replacedToken }: NewSession,
): Promise<{ session: SessionRow; token: string }> {
  const token = randomBytes(32).toString('base64url');
  const id = newId();
  const createdAt = timeOfId(id);
  const { userId, apiKeyId, remoteAddress, userAgent } = actor;
  const session: SessionRow = {
    id,
    userId,
    method,
    apiKeyId,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + MAX_AGE_MS),
    lastUsedAt: createdAt,
    endedAt: null,
    endReason: null,
    endedBy: null,
    remoteAddress,
    userAgent,
  };
  const by = { ...actor, sessionId: id };
  // two that began at once would both count what the other has not written yet
  await findUserForUpdate(db, userId);
  const replaced = replacedToken === null ? null : await findSession(db, replacedToken);
  if (replaced) await end(db, by, [replaced.id], 'REPLACED');
  const live = await liveSessions(db, userId);
  const tooMany = live.slice(MAX_SESSIONS - 1).map((each) => each.id);
  await end(db, by, tooMany, 'TOO_MANY');
  await insertSession(db, { ...session, providerSession, providerTime, tokenHash: hashToken(token) });
  await recordAct(db, by, { action: 'session.started', subjectType: 'Session', subjectId: id, details: { method } });
  return { session, token };
}

/** The sessions of a user that have neither ended nor expired by now. */
export function isLiveNow(userId: string): Condition {
  const now = currentTime();
  const usedAfter = new Date(now.getTime() - IDLE_MS);
  return isLive(userId, { now, usedAfter, begunBefore: new Date(now.getTime() + MAX_AHEAD_MS) });
}

/** Most recently used first. */
function liveSessions(db: Db, userId: string): Promise<SessionRow[]> {
  return sessionsThat(db, isLiveNow(userId));
}

/** Ends the session with this token, if there is one. */
export async function signOut(db: Db, token: string, from: Omit<Actor, 'userId' | 'apiKeyId' | 'sessionId'>) {
  const session = await findSession(db, token);
  if (!session) return;
  const { id, userId, apiKeyId } = session;
  await end(db, { ...from, userId, apiKeyId, sessionId: id }, [id], 'SIGNED_OUT');
}

/**
 * Revokes a session at once. A SYSTEM_MANAGER may revoke any session, other users their own.
 * @throws InputError NOT_FOUND
 */
export async function revokeSession(db: Db, viewer: Viewer, id: string | null): Promise<SessionRow> {
  const session = id === null ? null : await findSessionForUpdate(db, id);
  if (!session || !mayRevoke(viewer, session.userId)) {
    const message = 'There is no session with this id, or it is a session of another user.';
    throw new InputError([{ field: ['id'], code: 'NOT_FOUND', message }]);
  }
  const [ended] = await end(db, viewer, [session.id], 'REVOKED');
  return ended ?? session;
}

/**
 * Revokes the live sessions of a user at once.
 * @param keepCurrent whether the session of the viewer stays
 * @returns the revoked sessions
 * @throws InputError NOT_FOUND
 */
export async function revokeSessions(
  db: Db,
  viewer: Viewer,
  userId: string | null,
  keepCurrent: boolean,
): Promise<SessionRow[]> {
  if (userId === null || !mayRevoke(viewer, userId) || !(await findUser(db, userId))) {
    const message = 'There is no user with this id, or it is another user than you.';
    throw new InputError([{ field: ['userId'], code: 'NOT_FOUND', message }]);
  }
  const live = (await liveSessions(db, userId)).map(({ id }) => id);
  return end(db, viewer, keepCurrent ? live.filter((id) => id !== viewer.sessionId) : live, 'REVOKED');
}

/** Revokes the live sessions that a user began at the identity provider. */
export async function revokeProviderSessions(db: Db, viewer: Viewer, userId: string): Promise<void> {
  const live = await liveSessions(db, userId);
  const ids = live.filter(({ method }) => method === 'OPENID_CONNECT').map(({ id }) => id);
  await end(db, viewer, ids, 'REVOKED');
}

function mayRevoke(viewer: Viewer, userId: string): boolean {
  return viewer.userId === userId || viewer.roles.has('SYSTEM_MANAGER');
}

/** The user has signed out at the identity provider. What began after it said so continues: sent again, it ends nothing more. */
export async function endByProvider(
  db: Db,
  from: Omit<Actor, 'userId' | 'apiKeyId' | 'sessionId'>,
  signedOut: ProviderSession,
): Promise<void> {
  const actor = { ...from, userId: null, apiKeyId: null, sessionId: null };
  await end(db, actor, await sessionsOfProvider(db, signedOut), 'PROVIDER');
}

const ACTIONS = {
  SIGNED_OUT: 'session.ended',
  REPLACED: 'session.ended',
  TOO_MANY: 'session.ended',
  PROVIDER: 'session.ended',
  REVOKED: 'session.revoked',
} as const;

async function end(db: Db, actor: Actor, ids: readonly string[], reason: SessionEndReason): Promise<SessionRow[]> {
  if (ids.length === 0) return [];
  const ended = await endSessions(db, ids, reason, actor.userId, currentTime());
  for (const { id, userId } of ended) {
    const details = { user: toNodeId('User', userId), reason };
    await recordAct(db, actor, { action: ACTIONS[reason], subjectType: 'Session', subjectId: id, details });
  }
  return ended;
}
