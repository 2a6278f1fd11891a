import type { Role } from '../../access/viewer';
import { partsAboutUser, recordOwnAct } from '../../audit/write-audit-entry';
import { ConfigError } from '../../config/config';
import type { Log } from '../../logging/log';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { newId, timeOfId, toNodeId } from '../../values/ids';
import { hashToken } from '../token-hash';
import {
  changeUser,
  findUserByName,
  findUserForUpdate,
  insertUser,
  lockAdministrator,
  type UserRow,
} from '../user.store';
import {
  changeKey,
  findApiKeyForUpdate,
  hasApiKeys,
  insertApiKey,
  type KeyWithUser,
  revokeKeysLabelled,
} from './api-key.store';
import { defaultExpiry } from './api-keys';
import { findKey } from './authenticate';
import { hasGeneratedForm, keyIdOf, makeToken, newChosenKeyId } from './key-form';

export const ADMINISTRATOR = 'Administrator';
const LABEL = 'ADMIN_API_KEY';

/**
 * Ensures that the administrator has a key. If ADMIN_API_KEY is set, it is that key, which never expires, and the key that it
 * replaces is revoked; otherwise the first start creates a key. Processes that start together on an empty database create one key.
 * @param db a transaction
 * @param log is warned if ADMIN_API_KEY does not work because the administrator is deactivated or has lost the role
 * @returns the token of the created key, to be shown only once; null when no key was created.
 * @throws ConfigError when ADMIN_API_KEY cannot authenticate the administrator. The key that works is then kept.
 */
export async function ensureFirstAdministrator(
  db: Db,
  configured: string | null,
  log: Pick<Log, 'warn'>,
): Promise<string | null> {
  await lockAdministrator(db);
  const user = await theAdministrator(db);
  const userId = user.id;
  if (configured !== null) warnIfUseless(user, log);
  if (configured === null && (await hasApiKeys(db, userId))) return null;
  const token = configured ?? makeToken();
  if (hasGeneratedForm(token) && keyIdOf(token) === null)
    throw bad('has the form of a generated key, but its last six characters are wrong.');
  const known = await findKey(db, token);
  const id = known?.id ?? newId();
  // the configuration decides how long its key works
  const expiresAt = configured === null ? defaultExpiry(timeOfId(id)) : null;
  if (known) {
    refuseUnlessGood(known, userId);
    await adoptKey(db, id);
  } else {
    const key = { id, userId, label: LABEL, token, expiresAt };
    await insertAdministratorKey(db, key, { reason: null, details: {} });
  }
  await revokeKeysLabelled(db, userId, LABEL, id, currentTime());
  return configured === null ? token : null;
}

/**
 * Makes another key of the administrator, for an operator who has the database but no key. A user who was deactivated or
 * lost the role gets both back, because no other user may be left to do so.
 * @param db a transaction
 * @param by the user of the machine
 */
export async function makeAdministratorKey(
  db: Db,
  { reason, by }: { reason: string; by: string },
): Promise<{ token: string; expiresAt: Date }> {
  await lockAdministrator(db);
  const user = await findUserForUpdate(db, (await theAdministrator(db)).id);
  if (!user) throw new Error(`the user ${ADMINISTRATOR} is not there`);
  const details = { command: 'admin-key', by };
  const roles: Role[] = [...new Set<Role>([...user.roles, 'SYSTEM_MANAGER'])];
  if (!user.active || roles.length > user.roles.length) {
    await changeUser(db, user.id, { active: true, roles, updatedAt: currentTime() });
    const subject = { subjectType: 'User', subjectId: user.id, reason };
    if (!user.active) {
      const change = { before: { active: false }, after: { active: true }, ...details };
      await recordOwnAct(db, { action: 'user.updated', ...subject, details: change });
    }
    if (roles.length > user.roles.length) {
      const change = { before: { roles: user.roles }, after: { roles }, ...details };
      await recordOwnAct(db, { action: 'user.role_changed', ...subject, details: change });
    }
  }
  const token = makeToken();
  const id = newId();
  const expiresAt = defaultExpiry(timeOfId(id));
  await insertAdministratorKey(db, { id, userId: user.id, label: 'admin-key', token, expiresAt }, { reason, details });
  return { token, expiresAt };
}

async function insertAdministratorKey(
  db: Db,
  {
    id,
    userId,
    label,
    token,
    expiresAt,
  }: { id: string; userId: string; label: string; token: string; expiresAt: Date | null },
  { reason, details }: { reason: string | null; details: object },
): Promise<void> {
  await insertApiKey(db, {
    id,
    userId,
    label,
    keyId: keyIdOf(token) ?? newChosenKeyId(),
    tokenHash: hashToken(token),
    roles: null,
    networks: null,
    createdAt: timeOfId(id),
    expiresAt,
    revokedAt: null,
    revokedBy: null,
    lastUsedAt: null,
  });
  const after = { userId: toNodeId('User', userId), label, roles: null, networks: null, expiresAt };
  const act = { action: 'api_key.created', subjectType: 'ApiKey', subjectId: id };
  await recordOwnAct(db, { ...act, reason, ...partsAboutUser({ after, ...details }) });
}

// Without this, every start would fail from the day on which a key that was made otherwise expires. By the label, the next
// ADMIN_API_KEY finds the key that it replaces.
async function adoptKey(db: Db, id: string): Promise<void> {
  const key = await findApiKeyForUpdate(db, id);
  if (!key || (key.label === LABEL && key.expiresAt === null)) return;
  const { label, expiresAt } = key;
  const after = { label: LABEL, expiresAt: null };
  await changeKey(db, id, after);
  const act = { action: 'api_key.updated', subjectType: 'ApiKey', subjectId: id };
  await recordOwnAct(db, { ...act, ...partsAboutUser({ before: { label, expiresAt }, after }) });
}

// Refuses, for example, an earlier ADMIN_API_KEY in the configuration of a process that was not updated.
function refuseUnlessGood(key: KeyWithUser, administrator: string): void {
  if (key.userId !== administrator)
    throw bad(`is a key of ${key.userName}, not of ${ADMINISTRATOR}: choose another one.`);
  if (key.revokedAt) throw bad(`was revoked at ${key.revokedAt.toISOString()} permanently: choose another one.`);
  if (key.expiresAt && key.expiresAt <= currentTime()) {
    throw bad(`expired at ${key.expiresAt.toISOString()}: choose another one.`);
  }
  if (key.roles)
    throw bad(`is limited to the roles ${key.roles.join(', ')}: choose one that has all roles of its user.`);
  if (key.networks)
    throw bad(`is bound to the networks ${key.networks.join(', ')}: choose one that may be used from everywhere.`);
}

const bad = (what: string) => new ConfigError([`${LABEL}: ${what}`]);

function warnIfUseless({ active, roles }: UserRow, log: Pick<Log, 'warn'>): void {
  if (active && roles.includes('SYSTEM_MANAGER')) return;
  const what = active ? 'has not the role SYSTEM_MANAGER' : 'is deactivated';
  log.warn(
    `${LABEL} does not work: the user ${ADMINISTRATOR} ${what}. hookledger admin-key activates it and gives it the role`,
  );
}

async function theAdministrator(db: Db): Promise<UserRow> {
  const id = newId();
  const at = timeOfId(id);
  const named = { name: ADMINISTRATOR, fullName: null, roles: ['SYSTEM_MANAGER' as const] };
  const isNew = await insertUser(db, { id, ...named, active: true, createdAt: at, updatedAt: at });
  if (isNew) {
    const act = { action: 'user.created', subjectType: 'User', subjectId: id };
    await recordOwnAct(db, { ...act, ...partsAboutUser({ after: named }) });
  }
  const user = await findUserByName(db, ADMINISTRATOR);
  if (!user) throw new Error(`the user ${ADMINISTRATOR} was not found after it was made`);
  return user;
}
