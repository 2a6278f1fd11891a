import type { Role, Viewer } from '../../access/viewer';
import { partsAboutUser, recordAct, recordOwnAct } from '../../audit/write-audit-entry';
import { InputError, type UserError } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { newId, timeOfId } from '../../values/ids';
import { revokeProviderSessions } from '../sessions/sessions';
import {
  changeUser,
  findUserForUpdate,
  findUserWithEmail,
  insertUser,
  lockAdministrators,
  lockEmail,
  type UserRow,
} from '../user.store';
import { refuseTooManyUsers } from '../user-limits';

/** @throws InputError CONFLICT when the name or the e-mail address is taken; TOO_LARGE */
export async function createUser(
  db: Db,
  viewer: Viewer,
  input: { name: string; fullName?: string | null; email?: string | null; roles: Role[] },
): Promise<UserRow> {
  const id = newId();
  const at = timeOfId(id);
  const user = {
    id,
    name: input.name,
    fullName: input.fullName ?? null,
    roles: [...new Set(input.roles)],
    active: true,
    email: input.email?.toLowerCase() ?? null,
    createdAt: at,
    updatedAt: at,
  };
  if (user.email !== null) {
    await lockEmail(db, user.email);
    await refuseTakenEmail(db, user.email, id);
  }
  await refuseTooManyUsers(db, null, user);
  if (!(await insertUser(db, user))) {
    throw new InputError([
      { field: ['name'], code: 'CONFLICT', message: `A user named "${input.name}" already exists.` },
    ]);
  }
  const { name, fullName, email, roles } = user;
  const after = { name, fullName, email, roles };
  const act = { action: 'user.created', subjectType: 'User', subjectId: id };
  await recordAct(db, viewer, { ...act, ...partsAboutUser({ after }) });
  return { ...user, ...NO_IDENTITY };
}

const NO_IDENTITY = {
  emailVerified: false,
  receivesMail: true,
  identityIssuer: null,
  identitySubject: null,
  rolesMapped: false,
};

export interface UserChanges {
  fullName?: string | null;
  email?: string | null;
  roles?: Role[];
  active?: boolean;
  /** Whether the user is separated from their identity, which can then be linked again. Ends the sessions that it began. */
  unlinkIdentity?: boolean;
}

/** Right until the transaction ends only if the address is locked. */
async function refuseTakenEmail(db: Db, email: string, userId: string): Promise<void> {
  const other = await findUserWithEmail(db, email);
  if (!other || other.id === userId) return;
  const message = `The e-mail address ${email} is that of ${other.name}.`;
  throw new InputError([{ field: ['email'], code: 'CONFLICT', message }]);
}

function rolesAreMapped({ name }: UserRow): InputError {
  const message =
    `The roles of ${name} come from the identity provider (OIDC_ROLE_MAP) at each sign-in: change them there, or ` +
    'unlink the identity.';
  return new InputError([{ field: ['roles'], code: 'CONFLICT', message }]);
}

/** Omitted fields keep their values. A user can neither deactivate themselves nor remove their own SYSTEM_MANAGER. */
export async function updateUser(db: Db, viewer: Viewer, id: string | null, changes: UserChanges): Promise<UserRow> {
  const email = changes.email?.toLowerCase() ?? changes.email;
  // before rows of users, as a sign-in does
  if (email) await lockEmail(db, email);
  if (id && id !== viewer.userId) await refuseLosingLastAdministrator(db, id, changes);
  const user = id ? await findUserForUpdate(db, id) : null;
  if (!user) throw new InputError([{ field: ['id'], code: 'NOT_FOUND', message: 'There is no user with this id.' }]);
  if (user.id === viewer.userId) refuseLockingOneselfOut(changes);
  const { unlinkIdentity, roles, email: _given, ...rest } = changes;
  if (roles && user.rolesMapped && !unlinkIdentity) throw rolesAreMapped(user);
  const changed = {
    ...rest,
    ...(roles && { roles: [...new Set(roles)] }),
    ...(email !== undefined && { email, emailVerified: false }),
    ...(unlinkIdentity && { identityIssuer: null, identitySubject: null, rolesMapped: false }),
  };
  if (email) await refuseTakenEmail(db, email, user.id);
  const after = { ...user, ...changed };
  await refuseTooManyUsers(db, user, after);
  await changeUser(db, user.id, { ...changed, updatedAt: currentTime() });
  // the person who signed in by the identity may be another one than the user
  if (unlinkIdentity) await revokeProviderSessions(db, viewer, user.id);
  // a change of roles has an entry of its own: who had which role when is read from these alone
  await recordChange(db, viewer, 'user.updated', user, after, [
    'fullName',
    'active',
    'email',
    'identityIssuer',
    'identitySubject',
  ]);
  await recordChange(db, viewer, 'user.role_changed', user, after, ['roles']);
  return after;
}

/** The setting of a user for themselves. @throws InputError NOT_FOUND */
export async function setMyMail(db: Db, viewer: Viewer, receivesMail: boolean): Promise<UserRow> {
  const user = await findUserForUpdate(db, viewer.userId);
  if (!user) throw new InputError([{ field: [], code: 'NOT_FOUND', message: 'You have no user any more.' }]);
  const after = { ...user, receivesMail };
  await changeUser(db, user.id, { receivesMail, updatedAt: currentTime() });
  await recordChange(db, viewer, 'user.updated', user, after, ['receivesMail']);
  return after;
}

/** By the link in a mail, which is followed without a sign-in. @returns false: there is no such user */
export async function unsubscribe(db: Db, userId: string): Promise<boolean> {
  const user = await findUserForUpdate(db, userId);
  if (!user) return false;
  if (!user.receivesMail) return true;
  await changeUser(db, userId, { receivesMail: false, updatedAt: currentTime() });
  const details = { before: { receivesMail: true }, after: { receivesMail: false }, by: 'UNSUBSCRIBE_LINK' };
  await recordOwnAct(db, { action: 'user.updated', subjectType: 'User', subjectId: userId, details });
  return true;
}

/**
 * By the link in a mail to this address.
 * @param isIt whether the link is for this address
 * @returns false: the user has another address by now, or none
 */
export async function verifyAddress(db: Db, userId: string, isIt: (email: string) => boolean): Promise<boolean> {
  const user = await findUserForUpdate(db, userId);
  if (!user?.email || !isIt(user.email)) return false;
  if (user.emailVerified) return true;
  await changeUser(db, userId, { emailVerified: true, updatedAt: currentTime() });
  const details = { before: { emailVerified: false }, after: { emailVerified: true }, by: 'VERIFICATION_LINK' };
  await recordOwnAct(db, { action: 'user.updated', subjectType: 'User', subjectId: userId, details });
  return true;
}

async function recordChange(
  db: Db,
  viewer: Viewer,
  action: string,
  user: UserRow,
  changed: UserRow,
  fields: readonly (keyof UserRow)[],
): Promise<void> {
  const differing = fields.filter((field) => JSON.stringify(user[field]) !== JSON.stringify(changed[field]));
  if (differing.length === 0) return;
  const valuesOf = (row: UserRow) => Object.fromEntries(differing.map((field) => [field, row[field]]));
  const parts = partsAboutUser({ before: valuesOf(user), after: valuesOf(changed) });
  await recordAct(db, viewer, { action, subjectType: 'User', subjectId: user.id, ...parts });
}

export interface RoleChanges {
  roles?: Role[];
  active?: boolean;
}

/**
 * No administrator can deactivate themselves or give up the role, so that the last one stays. Where OIDC_ROLE_MAP takes the
 * role from all of them, `hookledger admin-key` makes a new one.
 * @throws InputError CONFLICT
 */
function refuseLockingOneselfOut(changes: RoleChanges): void {
  const faults: UserError[] = [];
  if (changes.active === false) {
    faults.push({
      field: ['active'],
      code: 'CONFLICT',
      message: 'You cannot deactivate yourself: another SYSTEM_MANAGER must do it.',
    });
  }
  if (changes.roles && !changes.roles.includes('SYSTEM_MANAGER')) {
    faults.push({
      field: ['roles'],
      code: 'CONFLICT',
      message: 'You cannot remove your own role SYSTEM_MANAGER: another SYSTEM_MANAGER must do it.',
    });
  }
  if (faults.length > 0) throw new InputError(faults);
}

/**
 * Two administrators who take the role from each other at the same moment would leave none. Call it before the row of the
 * user is locked.
 * @throws InputError CONFLICT
 */
async function refuseLosingLastAdministrator(db: Db, userId: string, changes: RoleChanges): Promise<void> {
  const { active, roles } = changes;
  const takesRole = roles !== undefined && !roles.includes('SYSTEM_MANAGER');
  if (active !== false && !takesRole) return;
  const administrators = await lockAdministrators(db);
  if (administrators.length !== 1 || administrators[0] !== userId) return;
  const message = 'This is the last active user with SYSTEM_MANAGER: give the role to another user first.';
  throw new InputError([{ field: [takesRole ? 'roles' : 'active'], code: 'CONFLICT', message }]);
}
