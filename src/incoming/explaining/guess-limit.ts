import { AppError } from '../../errors';
import { createTokenBuckets } from '../../token-buckets';

/** Counts what a user could guess a secret with. @throws AppError LIMIT_EXCEEDED */
export type GuessLimit = (userId: string) => void;

/** @param perMinute at once, and then in each minute; 0: no limit */
export function createGuessLimit(perMinute: number): GuessLimit {
  if (perMinute === 0) return () => undefined;
  const buckets = createTokenBuckets(perMinute / 60, perMinute);
  return (userId) => {
    const left = buckets.take(userId, 1);
    if (left >= 0) return;
    const message =
      `More than ${perMinute} calls that are not in the log were explained in a minute: each could guess a secret. ` +
      `Try again in ${Math.max(1, Math.ceil(-left))} s.`;
    throw new AppError('LIMIT_EXCEEDED', message);
  };
}
