import { AppError } from '../../errors';
import { createTokenBuckets } from '../../token-buckets';

/** Counts the calls with which a user could guess a secret. @throws AppError LIMIT_EXCEEDED */
export type GuessLimit = (userId: string) => void;

/** @param perMinute the limit at once, and then in each minute; 0: no limit */
export function createGuessLimit(perMinute: number): GuessLimit {
  if (perMinute === 0) return () => undefined;
  const buckets = createTokenBuckets(perMinute / 60, perMinute);
  return (userId) => {
    const left = buckets.take(userId, 1);
    if (left >= 0) return;
    const message =
      `More than ${perMinute} calls that are not in the log were explained in a minute; such calls could be used to ` +
      `guess a secret. Try again in ${Math.max(1, Math.ceil(-left))} s.`;
    throw new AppError('LIMIT_EXCEEDED', message);
  };
}
