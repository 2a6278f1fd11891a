// How fast counts and index follow the log: deliveries come first, until what is counted and found is too far behind.

/** Of the time, how much is worked while there is more to do. */
const LEAST_SHARE = 0.1;
const MAX_SHARE = 0.8;
/** So far behind is no reason to take more than the least. */
const CALM_MS = 5_000;
/** So far behind it takes the most: a lag of a minute would be too much. */
const LATE_MS = 40_000;

/**
 * How much of the most is taken beside other work: 0 to 1. It grows with the lag, so that it settles where the follower keeps
 * up, whatever its steps cost at that moment: a fixed share is too small on a machine that is busy with something else, and
 * what follows falls behind for ever.
 * @param behindMs how long ago the oldest was written of what is taken in now
 */
export function urgency(behindMs: number): number {
  return Math.min(1, Math.max(0, (behindMs - CALM_MS) / (LATE_MS - CALM_MS)));
}

/** @returns how long to rest after work of so many milliseconds */
export function restAfter(tookMs: number, urgent: number): number {
  const share = LEAST_SHARE + urgent * (MAX_SHARE - LEAST_SHARE);
  return Math.max(1, (tookMs * (1 - share)) / share);
}
