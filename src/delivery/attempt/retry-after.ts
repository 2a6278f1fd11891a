const DAY_MS = 86_400_000;

// the three forms that a recipient must read: RFC 9110, section 5.6.7
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/;

/**
 * Milliseconds that a `Retry-After` asks to wait (RFC 9110, section 10.2.3): seconds, also with a fraction, or a date.
 * A date that has passed is 0; more than a day is a day; what is neither, or negative, says nothing.
 */
export function retryAfterMs(value: string | null, now: Date): number | null {
  const text = value?.trim() ?? '';
  const wait = /^\d+(\.\d+)?$/.test(text) ? Math.ceil(Number(text) * 1000) : dateOf(text) - now.getTime();
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), DAY_MS);
}

function dateOf(text: string): number {
  if (!HTTP_DATE.test(text)) return Number.NaN;
  // asctime() names no zone, and means GMT
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
}
