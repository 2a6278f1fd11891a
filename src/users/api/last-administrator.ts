import { InputError, type UserError } from '../../errors';
import type { Role } from '../../viewer';

/**
 * No administrator can deactivate themselves or give up the role, so that the last one stays. Where OIDC_ROLE_MAP takes the
 * role from all of them, `hookledger admin-key` makes a new one.
 * @throws InputError CONFLICT
 */
export function refuseLockingOneselfOut(changes: { roles?: Role[]; active?: boolean }): void {
  const faults: UserError[] = [];
  if (changes.active === false) {
    faults.push({ field: ['active'], code: 'CONFLICT', message: 'You cannot deactivate yourself.' });
  }
  if (changes.roles && !changes.roles.includes('SYSTEM_MANAGER')) {
    faults.push({ field: ['roles'], code: 'CONFLICT', message: 'You cannot take SYSTEM_MANAGER from yourself.' });
  }
  if (faults.length > 0) throw new InputError(faults);
}
