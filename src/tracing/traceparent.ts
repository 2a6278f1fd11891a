// The place of a call in a trace, as W3C Trace Context writes it: https://www.w3.org/TR/trace-context/

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]([0-9a-f])(-.*)?$/;
const VERSION = '00';

/**
 * The text that Hookledger keeps of a `traceparent`: version 00, with the flag `sampled` alone. `traceparent_of()` of
 * migrations/8-publish-event.sql has the same rule.
 * @param text as a caller gave it; what is not a `traceparent`, also a repeated header, counts as none
 */
export function traceparentOf(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  const [, version, traceId, spanId, flags, further] = TRACEPARENT.exec(text) ?? [];
  // a later version may have more parts
  if (!traceId || !spanId || (version === VERSION && further !== undefined)) return null;
  return traceparent(traceId, spanId, Number.parseInt(flags as string, 16) % 2 === 1);
}

export function traceparent(traceId: string, spanId: string, isSampled: boolean): string {
  return `${VERSION}-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

/** Of the text that Hookledger keeps. */
export function traceIdOf(kept: string | null): string | null {
  return kept?.slice(3, 35) ?? null;
}

/** The trace id in a column with a kept text, as SQL. */
export const TRACE_ID_SQL = 'substr(traceparent, 4, 32)';
