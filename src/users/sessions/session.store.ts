import { all, bindings, type Condition, compares, isNull, ofOwner, toSql } from '../../sql/condition';
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { deleteOlderThan } from '../../sql/delete-old-rows';
import { isOneOf } from '../../sql/index-lookup';
import { byIds, listing, type RowOf } from '../../sql/listing';
import { FIRST_ID } from '../../values/ids';
import { areUnchanged } from '../unchanged-rows';
import { type SessionEndReason, SessionEntity } from './session.entity';

export const SESSIONS = listing(SessionEntity, ['tokenHash', 'providerSession', 'providerTime']);
export type SessionRow = RowOf<typeof SESSIONS>;
export const sessionsById = byIds(SESSIONS);

/** At least one of subject and session is given. */
export interface ProviderSession {
  issuer: string;
  subject: string | null;
  providerSession: string | null;
  /** By the clock of the provider. */
  at: Date;
}

/** A session with what its user may do, and the key that it was made from. */
export interface SessionWithUser {
  id: string;
  tokenHash: Buffer;
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date;
  endedAt: Date | null;
  userId: string;
  userName: string;
  userRoles: string[];
  userActive: boolean;
  apiKeyId: string | null;
  keyRoles: string[] | null;
  keyExpiresAt: Date | null;
  keyRevokedAt: Date | null;
  keyNetworks: string[] | null;
  /** Of the session, its user, and its key; null: it was not made from a key. */
  xmin: string;
  userXmin: string;
  keyXmin: string | null;
}

const SESSION_WITH_USER = `select s.id, s.token_hash as "tokenHash", s.created_at as "createdAt", s.expires_at as "expiresAt",
    s.last_used_at as "lastUsedAt", s.ended_at as "endedAt", u.id as "userId", u.name as "userName",
    u.roles as "userRoles", u.active as "userActive", s.api_key_id as "apiKeyId", k.roles as "keyRoles",
    k.expires_at as "keyExpiresAt", k.revoked_at as "keyRevokedAt", k.networks as "keyNetworks",
    s.xmin::text, u.xmin::text as "userXmin", k.xmin::text as "keyXmin"
  from sessions s join users u on u.id = s.user_id left join api_keys k on k.id = s.api_key_id`;

export async function sessionsWithUsersByHash(db: Db, tokenHashes: readonly Buffer[]): Promise<SessionWithUser[]> {
  const { sql, value } = isOneOf('s.token_hash', 'bytea', tokenHashes);
  return rowsOf<SessionWithUser>(db, statement(`${SESSION_WITH_USER} where ${sql}`), [value]);
}

/** By row id, for subscriptions that authenticated earlier and are still open. */
export async function sessionsWithUsers(db: Db, ids: readonly string[]): Promise<Map<string, SessionWithUser>> {
  const rows = await rowsOf<SessionWithUser>(db, statement(`${SESSION_WITH_USER} where s.id = any($1::uuid[])`), [ids]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Whether neither the session nor its user nor its key has changed. */
export function isUnchanged({ id, xmin, userId, userXmin, apiKeyId, keyXmin }: SessionWithUser): Condition {
  return areUnchanged([
    { table: 'sessions', id, xmin },
    { table: 'users', id: userId, xmin: userXmin },
    ...(apiKeyId === null || keyXmin === null ? [] : [{ table: 'api_keys' as const, id: apiKeyId, xmin: keyXmin }]),
  ]);
}

/** Differs once the session, its user or its key has changed. */
export function versionOf({ xmin, userXmin, keyXmin }: SessionWithUser): string {
  return `${xmin} ${userXmin} ${keyXmin}`;
}

export async function insertSession(db: Db, session: Omit<SessionEntity, 'user' | 'apiKey' | 'ender'>): Promise<void> {
  await db.insert(SessionEntity, session);
}

export async function touchSession(db: Db, id: string, at: Date): Promise<void> {
  await changedBy(db, statement('update sessions set last_used_at = $2 where id = $1 and last_used_at < $2'), [id, at]);
}

/** Locks the row, so that of two concurrent calls only one ends the session. */
export async function findSessionForUpdate(db: Db, id: string): Promise<SessionRow | null> {
  return rowOf<SessionRow>(db, statement(`select ${SESSIONS.columns} from sessions where id = $1 for no key update`), [
    id,
  ]);
}

/**
 * The sessions of a user that have neither ended nor expired.
 * @param usedAfter sessions last used before this time have expired by idleness
 * @param begunBefore sessions that began later are not live
 */
export function isLive(
  userId: string,
  { now, usedAfter, begunBefore }: { now: Date; usedAfter: Date; begunBefore: Date },
): Condition {
  return all([
    ofOwner('user_id', userId),
    isNull('ended_at', true),
    compares('expires_at', '>', now),
    compares('last_used_at', '>', usedAfter),
    compares('created_at', '<', begunBefore),
  ]);
}

/** Most recently used first. */
export async function sessionsThat(db: Db, condition: Condition): Promise<SessionRow[]> {
  const { values, bind } = bindings();
  const sql = `select ${SESSIONS.columns} from sessions where ${toSql(condition, bind)} order by last_used_at desc, id desc`;
  return rowsOf<SessionRow>(db, sql, values);
}

/** @returns the sessions that this call ended: those of the given that had not ended before */
export async function endSessions(
  db: Db,
  ids: readonly string[],
  reason: SessionEndReason,
  by: string | null,
  at: Date,
): Promise<SessionRow[]> {
  return rowsOf<SessionRow>(
    db,
    statement(`update sessions set ended_at = $3, end_reason = $2, ended_by = $4
     where id in (select id from sessions where id = any($1::uuid[]) and ended_at is null order by id for no key update)
     returning ${SESSIONS.columns}`),
    [ids, reason, at, by],
  );
}

/**
 * The sessions of a person at the identity provider that have not been ended and began before `at`, by its clock alone: the clock of
 * the database may have been wrong when they began.
 */
export async function sessionsOfProvider(
  db: Db,
  { issuer, subject, providerSession, at }: ProviderSession,
): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db,
    statement(`select s.id from sessions s join users u on u.id = s.user_id
     where s.method = 'OPENID_CONNECT' and s.ended_at is null and s.provider_time <= $4 and u.identity_issuer = $1
       and ($2::text is not null or $3::text is not null)
       and ($2::text is null or u.identity_subject = $2) and ($3::text is null or s.provider_session = $3)
     order by s.id`),
    [issuer, subject, providerSession, at],
  );
  return rows.map(({ id }) => id);
}

/** @returns the number of deleted sessions */
export async function forgetSessionsBefore(db: Db, expiredBefore: Date, atOnce?: number): Promise<number> {
  return deleteOlderThan(db, { name: 'sessions', time: 'expires_at' }, expiredBefore, FIRST_ID, [], atOnce);
}
