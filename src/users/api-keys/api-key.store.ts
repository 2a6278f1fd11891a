import type { Condition } from '../../sql/condition';
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { isOneOf } from '../../sql/index-lookup';
import { byIds, listing, type RowOf } from '../../sql/listing';
import { areUnchanged } from '../unchanged-rows';
import { ApiKeyEntity } from './api-key.entity';

/** A key with what its user may do. */
export interface KeyWithUser {
  id: string;
  tokenHash: Buffer;
  roles: string[] | null;
  networks: string[] | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
  userId: string;
  userName: string;
  userRoles: string[];
  userActive: boolean;
  /** Of the key, and of its user. */
  xmin: string;
  userXmin: string;
}

export const API_KEYS = listing(ApiKeyEntity, ['tokenHash', 'expiryNoticeDays']);
export type ApiKeyRow = RowOf<typeof API_KEYS>;
export const apiKeysById = byIds(API_KEYS);

const KEY_WITH_USER = `select k.id, k.token_hash as "tokenHash", k.roles, k.networks, k.expires_at as "expiresAt",
    k.revoked_at as "revokedAt", k.last_used_at as "lastUsedAt", u.id as "userId", u.name as "userName",
    u.roles as "userRoles", u.active as "userActive", k.xmin::text, u.xmin::text as "userXmin"
  from api_keys k join users u on u.id = k.user_id`;

/** The keys with these hashes of their tokens. */
export async function keysWithUsersByHash(db: Db, tokenHashes: readonly Buffer[]): Promise<KeyWithUser[]> {
  const { sql, value } = isOneOf('k.token_hash', 'bytea', tokenHashes);
  return rowsOf<KeyWithUser>(db, statement(`${KEY_WITH_USER} where ${sql}`), [value]);
}

/** By row id, for subscriptions that authenticated earlier and are still open. */
export async function keysWithUsers(db: Db, ids: readonly string[]): Promise<Map<string, KeyWithUser>> {
  const rows = await rowsOf<KeyWithUser>(db, statement(`${KEY_WITH_USER} where k.id = any($1::uuid[])`), [ids]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Whether neither the key nor its user has changed. */
export function isUnchanged({ id, xmin, userId, userXmin }: KeyWithUser): Condition {
  return areUnchanged([
    { table: 'api_keys', id, xmin },
    { table: 'users', id: userId, xmin: userXmin },
  ]);
}

/** Differs once the key or its user has changed. */
export function versionOf({ xmin, userXmin }: KeyWithUser): string {
  return `${xmin} ${userXmin}`;
}

/** Locks the row, so that of two concurrent calls only one revokes it. */
export async function findApiKeyForUpdate(db: Db, id: string): Promise<ApiKeyRow | null> {
  return rowOf<ApiKeyRow>(db, statement(`select ${API_KEYS.columns} from api_keys where id = $1 for no key update`), [
    id,
  ]);
}

export async function insertApiKey(
  db: Db,
  key: Omit<ApiKeyEntity, 'user' | 'revoker' | 'expiryNoticeDays'>,
): Promise<void> {
  await db.insert(ApiKeyEntity, key);
}

export async function touchApiKey(db: Db, id: string, at: Date): Promise<void> {
  await db.update(ApiKeyEntity, { id }, { lastUsedAt: at });
}

export async function changeKey(
  db: Db,
  id: string,
  changes: Partial<Pick<ApiKeyEntity, 'label' | 'expiresAt'>>,
): Promise<void> {
  await db.update(ApiKeyEntity, { id }, changes);
}

export async function revokeKey(db: Db, id: string, by: string, at: Date): Promise<void> {
  await db.update(ApiKeyEntity, { id }, { revokedAt: at, revokedBy: by });
}

/** Revokes all keys of this user with this label except one. */
export async function revokeKeysLabelled(
  db: Db,
  userId: string,
  label: string,
  exceptId: string,
  at: Date,
): Promise<void> {
  await changedBy(
    db,
    statement(`update api_keys set revoked_at = $4
     where user_id = $1 and label = $2 and id <> $3 and revoked_at is null`),
    [userId, label, exceptId, at],
  );
}

/** The keys of this user that authenticate at this time. */
export async function countLiveApiKeys(db: Db, userId: string, at: Date): Promise<number> {
  const counted = statement(
    `select count(*)::int as keys from api_keys
     where user_id = $1 and revoked_at is null and (expires_at is null or expires_at > $2)`,
  );
  return (await rowOf<{ keys: number }>(db, counted, [userId, at]))?.keys ?? 0;
}

export async function hasApiKeys(db: Db, userId: string): Promise<boolean> {
  return db.existsBy(ApiKeyEntity, { userId });
}

// Which API keys are near their end, and of which of them no warning was given yet.

/** Days before its end at which a key is warned of; 0: it has expired. */
const NOTICE_DAYS = [30, 7, 0] as const;

const NEVER_NOTICED = 32_767;

export interface ExpiringKey {
  id: string;
  label: string;
  userName: string;
  expiresAt: Date;
  /** The smallest of NOTICE_DAYS that has been reached. */
  noticeDays: (typeof NOTICE_DAYS)[number];
}

/**
 * The keys that have reached one of NOTICE_DAYS since the last call: each is returned once, by whichever process asks
 * first. A key that was made for a shorter time than a notice has none of it. Keys that work no longer have none.
 */
export async function takeExpiringKeys(db: Db, now: Date): Promise<ExpiringKey[]> {
  // locks first: what another process has taken meanwhile is seen as it left it
  return rowsOf<ExpiringKey>(
    db,
    statement(`with near as materialized (
       select id, user_id, created_at, expires_at, coalesce(expiry_notice_days, $3) as noticed from api_keys
       where revoked_at is null and expires_at <= $1::timestamptz + make_interval(days => $2)
         and expiry_notice_days is distinct from 0
       order by id for no key update
     ), due as (
       select near.id, u.name, min(notice.days) as days from near
       join users u on u.id = near.user_id and u.active
       join unnest($4::int[]) as notice (days) on notice.days < near.noticed
         and near.expires_at <= $1::timestamptz + make_interval(days => notice.days)
         and (notice.days = 0 or near.expires_at > near.created_at + make_interval(days => notice.days))
       group by near.id, u.name
     )
     update api_keys k set expiry_notice_days = due.days from due where k.id = due.id
     returning k.id, k.label, due.name as "userName", k.expires_at as "expiresAt", due.days as "noticeDays"`),
    [now, NOTICE_DAYS[0], NEVER_NOTICED, NOTICE_DAYS],
  );
}
