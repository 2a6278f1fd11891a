// How fast counts and index follow the log: deliveries take precedence until counts and index are too far behind.

/** The share of time in which a loop works while there is more to do. */
const LEAST_SHARE = 0.1;
const MAX_SHARE = 0.8;
/** Up to this lag a loop takes the least share. */
const CALM_MS = 5_000;
/** From this lag on it takes the largest share: a lag of a minute would be too much. */
const LATE_MS = 40_000;

/**
 * The urgency of the loop, 0 to 1. It grows with the lag, so that it settles where the loop keeps up, whatever a step
 * costs at that time. A fixed share would be too small on a busy machine, where the loop would fall behind more and more.
 * @param behindMs the age of the oldest change of the present step
 */
export function urgency(behindMs: number): number {
  return Math.min(1, Math.max(0, (behindMs - CALM_MS) / (LATE_MS - CALM_MS)));
}

/** @returns milliseconds of rest after a step of `tookMs` milliseconds */
export function restAfter(tookMs: number, urgent: number): number {
  const share = LEAST_SHARE + urgent * (MAX_SHARE - LEAST_SHARE);
  return Math.max(1, (tookMs * (1 - share)) / share);
}
