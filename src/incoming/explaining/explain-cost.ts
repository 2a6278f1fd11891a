// The time to try variants of a body is proportional to its size: about a second of a core for 1 MiB.
const POINTS_PER_KIB = 80;
/** The size that is assumed for a call of the log, which is read later. No more is recorded of a refused call. */
const ASSUMED_KIB = 256;
/** Base64 writes three bytes as four characters (RFC 4648, section 4). */
const BASE64_SHARE = 3 / 4;

/** The cost of `explainVerification` in points. */
export function explanationPoints({ input }: Readonly<Record<string, unknown>>): number {
  const { requestId, body, bodyBase64 } = Object(input) as Record<string, unknown>;
  const kib = requestId ? ASSUMED_KIB : (lengthOf(body) + lengthOf(bodyBase64) * BASE64_SHARE) / 1_024;
  return Math.ceil(kib) * POINTS_PER_KIB;
}

function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0;
}
