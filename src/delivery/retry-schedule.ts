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

const DAY_MS = 86_400_000;

// the three formats that a recipient must accept: RFC 9110, section 5.6.7
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/;

/**
 * The wait that a `Retry-After` requests (RFC 9110, section 10.2.3), in milliseconds. Its value is a number of seconds,
 * with or without a fraction, or a date. A date in the past gives 0, and the maximum is one day. Any other value, such as
 * a negative number, gives null.
 */
export function retryAfterMs(value: string | null, now: Date): number | null {
  const text = value?.trim() ?? '';
  const wait = /^\d+(\.\d+)?$/.test(text) ? Math.ceil(Number(text) * 1000) : dateOf(text) - now.getTime();
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), DAY_MS);
}

function dateOf(text: string): number {
  if (!HTTP_DATE.test(text)) return Number.NaN;
  // asctime() has no time zone: it is GMT
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
}
