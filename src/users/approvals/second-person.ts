// Acts that one person asks for and another decides about. A person is a user: two keys of one user are one person.
import { InputError } from '../../errors';
import type { Db } from '../../sql/db';
import type { Role } from '../../viewer';
import { hasOtherUserWith } from '../user.store';

/**
 * @param what the act, as the subject of a sentence, such as "The release of a hold"
 * @throws InputError CONFLICT if no other user could decide
 */
export async function refuseWithoutSecondPerson(
  db: Db,
  userId: string,
  roles: readonly Role[],
  what: string,
  field: string[],
): Promise<void> {
  if (await hasOtherUserWith(db, userId, roles)) return;
  const message =
    `${what} needs a second person, and no other active user has the role ${roles.join(' or ')}. ` +
    'Give this role to another user.';
  throw new InputError([{ field, code: 'CONFLICT', message }]);
}

/**
 * @param what the act, in the middle of a sentence, such as "the release of this hold"
 * @throws InputError CONFLICT if the user who decides is the one who asked
 */
export function refuseSamePerson(
  { askedBy, decidedBy }: { askedBy: string; decidedBy: string },
  what: string,
  field: string[],
): void {
  if (askedBy !== decidedBy) return;
  const message = `You asked for ${what} yourself: another person must decide about it.`;
  throw new InputError([{ field, code: 'CONFLICT', message }]);
}
