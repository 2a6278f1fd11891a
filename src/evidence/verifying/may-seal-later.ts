import { currentTime } from '../../clock';

/** Rows that are not in the tree after this time are missing from it. */
const SEALED_WITHIN_MS = 60_000;
/** PostgreSQL refuses rows of the serving login with a time further ahead of its own. */
const MAX_AHEAD_MS = 600_000;

/**
 * Whether a row of this time, which is not in the tree, may be sealed yet.
 * @param now when the verification began: a row that was finished later may have been read before it was sealed
 */
export function maySealLater(time: Date, now: Date): boolean {
  // with a time in the future, it would be young forever
  const isAhead = time.getTime() - currentTime().getTime() > MAX_AHEAD_MS;
  return !isAhead && now.getTime() - time.getTime() < SEALED_WITHIN_MS;
}
