import { InputError, type UserError } from '../../errors';
import type { Db } from '../../sql/db';
import type { Role } from '../../viewer';
import { lockAdministrators } from '../user.store';

export interface RoleChanges {
  roles?: Role[];
  active?: boolean;
}

/**
 * No administrator can deactivate themselves or give up the role, so that the last one stays. Where OIDC_ROLE_MAP takes the
 * role from all of them, `hookledger admin-key` makes a new one.
 * @throws InputError CONFLICT
 */
export function refuseLockingOneselfOut(changes: RoleChanges): void {
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
export async function refuseLosingLastAdministrator(db: Db, userId: string, changes: RoleChanges): Promise<void> {
  const { active, roles } = changes;
  const takesRole = roles !== undefined && !roles.includes('SYSTEM_MANAGER');
  if (active !== false && !takesRole) return;
  const administrators = await lockAdministrators(db);
  if (administrators.length !== 1 || administrators[0] !== userId) return;
  const message = 'This is the last active user with SYSTEM_MANAGER: give the role to another user first.';
  throw new InputError([{ field: [takesRole ? 'roles' : 'active'], code: 'CONFLICT', message }]);
}
