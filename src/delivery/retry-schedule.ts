/** Seconds to wait before each attempt, 75 hours in all: the example of Standard Webhooks, "Delivery". */
export const DEFAULT_SCHEDULE: readonly number[] = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

const JITTER = 0.2;

/**
 * When attempt number `attempt` (the first is 1) is due; null: the schedule has no such attempt. Each wait varies by up to
 * 20 %, so that deliveries that failed together are not all retried at once.
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
