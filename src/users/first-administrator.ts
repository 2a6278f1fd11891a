import { currentTime } from '../clock';
import { ConfigError } from '../config';
import { newId, timeOfId } from '../ids';
import type { Db } from '../sql/db';
import { hashToken, isOurForm, keyIdOf, makeToken, newChosenKeyId } from './api-key';
import { hasApiKeys, insertApiKey, type KeyWithUser, revokeKeysLabelled } from './api-key.store';
import { findKeyOf } from './authenticate';
import { findUserByName, insertUser, lockAdministrator } from './user.store';

export const ADMINISTRATOR = 'Administrator';
const LABEL = 'ADMIN_API_KEY';

/**
 * Makes sure that one SYSTEM_MANAGER key works. With ADMIN_API_KEY that key works, and the key it replaces no longer does;
 * without it, the first start makes a key. Processes that start together on an empty database make one key between them.
 * @param db a transaction
 * @returns the token that was made, to be shown this once; null when none was.
 * @throws ConfigError when ADMIN_API_KEY would let nobody in: the key that works must not end for its sake.
 */
export async function ensureFirstAdministrator(db: Db, configured: string | null): Promise<string | null> {
  await lockAdministrator(db);
  const userId = await administratorId(db);
  if (configured === null && (await hasApiKeys(db, userId))) return null;
  const token = configured ?? makeToken();
  const keyId = isOurForm(token) ? keyIdOf(token) : newChosenKeyId();
  if (keyId === null) throw bad('looks like a key of ours, but its last six characters are wrong.');
  const known = await findKeyOf(db, token);
  const id = known?.id ?? newId();
  if (known) refuseUnlessGood(known, userId, token);
  else {
    await insertApiKey(db, {
      id,
      userId,
      label: LABEL,
      keyId,
      tokenHash: hashToken(token),
      roles: null,
      createdAt: timeOfId(id),
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
    });
  }
  await revokeKeysLabelled(db, userId, LABEL, id, currentTime());
  return configured === null ? token : null;
}

// Such as the key before the last one, in a process that was configured before it was replaced.
function refuseUnlessGood(key: KeyWithUser, administrator: string, token: string): void {
  if (!key.tokenHash.equals(hashToken(token)))
    throw bad('has the first characters of another key: choose another one.');
  if (key.userId !== administrator)
    throw bad(`is a key of ${key.userName}, not of ${ADMINISTRATOR}: choose another one.`);
  if (key.revokedAt) throw bad(`was revoked at ${key.revokedAt.toISOString()}, which is for good: choose another one.`);
  if (key.expiresAt && key.expiresAt <= currentTime()) {
    throw bad(`expired at ${key.expiresAt.toISOString()}: choose another one.`);
  }
}

const bad = (what: string) => new ConfigError([`${LABEL}: ${what}`]);

async function administratorId(db: Db): Promise<string> {
  const id = newId();
  const at = timeOfId(id);
  await insertUser(db, {
    id,
    name: ADMINISTRATOR,
    fullName: null,
    roles: ['SYSTEM_MANAGER'],
    active: true,
    createdAt: at,
    updatedAt: at,
  });
  const user = await findUserByName(db, ADMINISTRATOR);
  if (!user) throw new Error(`the user ${ADMINISTRATOR} was not found after it was made`);
  return user.id;
}
