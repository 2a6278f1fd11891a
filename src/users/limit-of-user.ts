// How much of something one user may have at the same time, where it would hold up what others have, or fill the database.
import { InputError } from '../errors';
import type { Db } from '../sql/db';

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
