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
