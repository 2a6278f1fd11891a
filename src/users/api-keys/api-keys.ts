import type { Role, Viewer } from '../../access/viewer';
import { partsAboutUser, recordAct } from '../../audit/write-audit-entry';
import { InputError, type UserError } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { newId, timeOfId, toNodeId } from '../../values/ids';
import { hashToken } from '../token-hash';
import { findUser, type UserRow } from '../user.store';
import { type LimitOfUser, refuseOneTooMany } from '../user-limits';
import { type ApiKeyRow, countLiveApiKeys, findApiKeyForUpdate, insertApiKey, revokeKey } from './api-key.store';
import { keyIdOf, makeToken } from './key-form';
import { networkFaults } from './key-networks';

export interface NewApiKey {
  userId: string | null;
  label: string;
  roles?: Role[] | null;
  networks?: string[] | null;
  expiresAt?: Date | null;
  neverExpires: boolean;
}

export const MAX_LIVE_API_KEYS = 100;

const LIVE_API_KEYS: LimitOfUser = {
  max: MAX_LIVE_API_KEYS,
  count: (db, userId) => countLiveApiKeys(db, userId, currentTime()),
  message: `This user has ${MAX_LIVE_API_KEYS} API keys in force, which is the maximum. Revoke those that are not needed.`,
};

const DEFAULT_LIFETIME_MS = 365 * 24 * 3_600_000;

/** A key that was forgotten stops working by itself. */
export function defaultExpiry(createdAt: Date): Date {
  return new Date(createdAt.getTime() + DEFAULT_LIFETIME_MS);
}

/**
 * @returns the key and its token, which is never shown again.
 * @throws InputError for faults of the input; TOO_LARGE if the user has too many keys in force
 */
export async function createApiKey(
  db: Db,
  viewer: Viewer,
  input: NewApiKey,
): Promise<{ apiKey: ApiKeyRow; token: string }> {
  const user = input.userId ? await findUser(db, input.userId) : null;
  const faults = faultsOf(input, user);
  if (faults.length > 0 || !user) throw new InputError(faults);
  await refuseOneTooMany(db, user.id, LIVE_API_KEYS);
  const token = makeToken();
  const id = newId();
  const apiKey = {
    id,
    userId: user.id,
    label: input.label,
    keyId: keyIdOf(token) as string,
    roles: input.roles ? [...new Set(input.roles)] : null,
    networks: input.networks ? [...new Set(input.networks)] : null,
    createdAt: timeOfId(id),
    expiresAt: expiryOf(input, timeOfId(id)),
    revokedAt: null,
    revokedBy: null,
    lastUsedAt: null,
  };
  await insertApiKey(db, { ...apiKey, tokenHash: hashToken(token) });
  const after = {
    userId: toNodeId('User', user.id),
    label: input.label,
    roles: apiKey.roles,
    networks: apiKey.networks,
    expiresAt: apiKey.expiresAt,
  };
  const act = { action: 'api_key.created', subjectType: 'ApiKey', subjectId: id };
  await recordAct(db, viewer, { ...act, ...partsAboutUser({ after }) });
  return { apiKey, token };
}

function expiryOf({ expiresAt, neverExpires }: NewApiKey, createdAt: Date): Date | null {
  if (neverExpires) return null;
  return expiresAt ?? defaultExpiry(createdAt);
}

function faultsOf(input: NewApiKey, user: UserRow | null): UserError[] {
  if (!user) return [{ field: ['userId'], code: 'NOT_FOUND', message: 'There is no user with this id.' }];
  const faults: UserError[] = [];
  const tooMany = input.roles?.filter((role) => !user.roles.includes(role)) ?? [];
  if (tooMany.length > 0) {
    const message = `${user.name} does not have ${tooMany.join(', ')}: a key has at most its user's roles.`;
    faults.push({ field: ['roles'], code: 'INVALID', message });
  }
  if (input.roles?.length === 0) {
    faults.push({
      field: ['roles'],
      code: 'INVALID',
      message: 'roles is empty; leave it out for all roles of the user.',
    });
  }
  if (input.expiresAt && input.expiresAt <= currentTime()) {
    const message = `expiresAt ${input.expiresAt.toISOString()} is in the past.`;
    faults.push({ field: ['expiresAt'], code: 'INVALID', message });
  }
  if (input.expiresAt && input.neverExpires) {
    const message = 'neverExpires is true, but expiresAt says when the key expires: give one of the two.';
    faults.push({ field: ['neverExpires'], code: 'INVALID', message });
  }
  if (input.networks) faults.push(...networkFaults(input.networks));
  return faults;
}

/**
 * Takes effect at once. Revoking a revoked key changes nothing. A key cannot revoke itself, so one key always works.
 */
export async function revokeApiKey(db: Db, viewer: Viewer, id: string | null): Promise<ApiKeyRow> {
  const apiKey = id ? await findApiKeyForUpdate(db, id) : null;
  if (!apiKey) {
    throw new InputError([{ field: ['id'], code: 'NOT_FOUND', message: 'There is no API key with this id.' }]);
  }
  if (apiKey.revokedAt) return apiKey;
  if (apiKey.id === viewer.apiKeyId) {
    const message = 'This is the key that you are using. Revoke it with another key, so that one key is known to work.';
    throw new InputError([{ field: ['id'], code: 'CONFLICT', message }]);
  }
  const revokedAt = currentTime();
  await revokeKey(db, apiKey.id, viewer.userId, revokedAt);
  await recordAct(db, viewer, { action: 'api_key.revoked', subjectType: 'ApiKey', subjectId: apiKey.id });
  return { ...apiKey, revokedAt, revokedBy: viewer.userId };
}
