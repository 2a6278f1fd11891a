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
  const details = { name: user.name, roles: user.roles };
  await recordAct(db, viewer, { action: 'user.created', subjectType: 'User', subjectId: id, details });
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
  await changeUser(db, user.id, { ...changes, ...(roles && { roles }), updatedAt: currentTime() });
  const subject = { subjectType: 'User', subjectId: user.id };
  await recordAct(db, viewer, { action: 'user.updated', ...subject, details: { before: user, changes } });
  return { ...user, ...changes, ...(roles && { roles }) };
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
