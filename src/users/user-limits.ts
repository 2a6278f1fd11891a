// How much of something one user may have at the same time, where it would hold up what others have, or fill the database.
import { InputError, inputError } from '../errors/errors';
import type { Db } from '../sql/db';
import { withCommas } from '../values/text';
import { countUsersWithRoles, type UserRow } from './user.store';

export interface LimitOfUser {
  readonly max: number;
  /** The number that the user has now. */
  count(db: Db, userId: string): Promise<number>;
  /** The fault of one more. */
  readonly message: string;
}

/** @throws InputError TOO_LARGE. Transactions that add one at the same time do not see each other's. */
export async function refuseOneTooMany(db: Db, userId: string, { max, count, message }: LimitOfUser): Promise<void> {
  if ((await count(db, userId)) < max) return;
  throw new InputError([{ field: null, code: 'TOO_LARGE', message }]);
}

/** Active users who have a role. Those who are only named in events are not counted. */
export const MAX_USERS = 20_000;

type Counted = Pick<UserRow, 'active' | 'roles'>;

/**
 * What is wrong with one more active user who has a role; null: nothing, or the change adds none.
 * @param before the user as the database has it; null: it is new
 */
export async function tooManyUsers(db: Db, before: Counted | null, after: Counted): Promise<string | null> {
  if (!isCounted(after) || (before !== null && isCounted(before))) return null;
  if ((await countUsersWithRoles(db)) < MAX_USERS) return null;
  return `There are ${withCommas(MAX_USERS)} active users who have a role, which is the maximum. Deactivate those that are not needed.`;
}

/** @throws InputError TOO_LARGE. Transactions that add one at the same time do not see each other's. */
export async function refuseTooManyUsers(db: Db, before: Counted | null, after: Counted): Promise<void> {
  const fault = await tooManyUsers(db, before, after);
  if (fault !== null) throw inputError(null, 'TOO_LARGE', fault);
}

function isCounted({ active, roles }: Counted): boolean {
  return active && roles.length > 0;
}
