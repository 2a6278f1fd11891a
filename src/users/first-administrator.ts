import { newId, timeOfId } from '../ids';
import type { Db } from '../sql/db';
import { hashToken, keyIdOf, makeToken } from './api-key';
import { findKeyWithUser, hasApiKeys, insertApiKey, revokeKeysLabelled } from './api-key.store';
import { findUserByName, insertUser } from './user.store';

export const ADMINISTRATOR = 'Administrator';
const LABEL = 'ADMIN_API_KEY';

/**
 * Sees to it that somebody can come in. With ADMIN_API_KEY that key works, and the one it replaces no longer does;
 * without, the very first start makes a key. Runs in a transaction that holds the migration lock.
 * @returns the token that was made, to be shown this once; null when none was.
 */
export async function ensureFirstAdministrator(db: Db, configured: string | null): Promise<string | null> {
  const userId = await administratorId(db);
  if (configured === null && (await hasApiKeys(db, userId))) return null;
  const token = configured ?? makeToken();
  const keyId = keyIdOf(token);
  if (keyId === null) throw new Error('ADMIN_API_KEY looks like a key of ours, but its last six characters are wrong.');
  if (!(await findKeyWithUser(db, keyId))) {
    const id = newId();
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
  await revokeKeysLabelled(db, LABEL, keyId, new Date());
  return configured === null ? token : null;
}

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
