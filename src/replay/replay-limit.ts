import { InputError } from '../errors';
import type { Db } from '../sql/db';
import { countOpenReplays } from './replay.store';

/** Replays of a user that are PENDING or RUNNING: their steps take turns with those of all others. */
export const MAX_OPEN_REPLAYS = 20;

/** @throws InputError TOO_LARGE. Transactions that open replays at the same time do not see each other's. */
export async function refuseOneTooMany(db: Db, userId: string): Promise<void> {
  if ((await countOpenReplays(db, userId)) < MAX_OPEN_REPLAYS) return;
  const message =
    `${MAX_OPEN_REPLAYS} replays of this user are PENDING or RUNNING, which is the maximum. Wait until one is finished, ` +
    'or pause or cancel one.';
  throw new InputError([{ field: null, code: 'TOO_LARGE', message }]);
}
