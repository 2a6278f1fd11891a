import type { LimitOfUser } from '../users/limit-of-user';
import { countOpenReplays } from './replay.store';

/** Replays of a user that are PENDING or RUNNING: their steps take turns with those of all others. */
export const MAX_OPEN_REPLAYS = 20;

export const OPEN_REPLAYS: LimitOfUser = {
  max: MAX_OPEN_REPLAYS,
  count: countOpenReplays,
  message:
    `${MAX_OPEN_REPLAYS} replays of this user are PENDING or RUNNING, which is the maximum. Wait until one is finished, ` +
    'or pause or cancel one.',
};
