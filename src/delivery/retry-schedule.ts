/** Seconds to wait before each attempt: the example of Standard Webhooks, "Delivery", 75 hours in all. */
export const DEFAULT_SCHEDULE: readonly number[] = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

const JITTER = 0.2;

/**
 * When attempt `attempt` (from 1) is due; null when the schedule has no such attempt.
 * Waits are spread by up to 20 % either way, so that what failed together does not come back together.
 */
export function dueAt(
  attempt: number,
  schedule: readonly number[] | null,
  now: Date,
  random: () => number = Math.random,
): Date | null {
  const waitS = (schedule ?? DEFAULT_SCHEDULE)[attempt - 1];
  if (waitS === undefined) return null;
  const spread = 1 - JITTER + random() * 2 * JITTER;
  return new Date(now.getTime() + Math.round(waitS * 1000 * spread));
}
