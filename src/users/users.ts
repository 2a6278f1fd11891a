import { recordAct } from '../audit/record';
import { currentTime } from '../clock';
import { InputError, type UserError } from '../errors';
import { newId, timeOfId } from '../ids';
import type { Db } from '../sql/db';
import type { Role, Viewer } from '../viewer';
import { changeUser, findUserForUpdate, insertUser, type UserRow } from './user.store';

/** @throws InputError CONFLICT when the name is taken. */
export async function createUser(
  db: Db,
  viewer: Viewer,
  input: { name: string; fullName?: string | null; roles: Role[] },
): Promise<UserRow> {
  const id = newId();
  const at = timeOfId(id);
  const user = {
    id,
    name: input.name,
    fullName: input.fullName ?? null,
    roles: [...new Set(input.roles)],
    active: true,
    createdAt: at,
    updatedAt: at,
  };
  if (!(await insertUser(db, user))) {
    throw new InputError([
      { field: ['name'], code: 'CONFLICT', message: `A user named "${input.name}" already exists.` },
    ]);
  }
  const after = { name: user.name, fullName: user.fullName, roles: user.roles };
  await recordAct(db, viewer, { action: 'user.created', subjectType: 'User', subjectId: id, details: { after } });
  return user;
}

/** Omitted fields keep their values. A user can neither deactivate themselves nor remove their own SYSTEM_MANAGER. */
export async function updateUser(
  db: Db,
  viewer: Viewer,
  id: string | null,
  changes: { fullName?: string | null; roles?: Role[]; active?: boolean },
): Promise<UserRow> {
  const user = id ? await findUserForUpdate(db, id) : null;
  if (!user) throw new InputError([{ field: ['id'], code: 'NOT_FOUND', message: 'There is no user with this id.' }]);
  if (user.id === viewer.userId) refuseLockingOneselfOut(changes);
  const roles = changes.roles && [...new Set(changes.roles)];
  const after = { ...user, ...changes, ...(roles && { roles }) };
  await changeUser(db, user.id, { ...changes, ...(roles && { roles }), updatedAt: currentTime() });
  // a change of roles has an entry of its own: who had which role when is read from these alone
  await recordChange(db, viewer, 'user.updated', user, after, ['fullName', 'active']);
  await recordChange(db, viewer, 'user.role_changed', user, after, ['roles']);
  return after;
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
  const details = { before: valuesOf(user), after: valuesOf(changed) };
  await recordAct(db, viewer, { action, subjectType: 'User', subjectId: user.id, details });
}

function refuseLockingOneselfOut(changes: { roles?: Role[]; active?: boolean }): void {
  const faults: UserError[] = [];
  if (changes.active === false) {
    faults.push({ field: ['active'], code: 'CONFLICT', message: 'You cannot deactivate yourself.' });
  }
  if (changes.roles && !changes.roles.includes('SYSTEM_MANAGER')) {
    faults.push({ field: ['roles'], code: 'CONFLICT', message: 'You cannot take SYSTEM_MANAGER from yourself.' });
  }
  if (faults.length > 0) throw new InputError(faults);
}
