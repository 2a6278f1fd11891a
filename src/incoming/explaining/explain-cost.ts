// Every way to write a body that is tried takes time by its size: a second of a core for a mebibyte.
const POINTS_PER_KIB = 80;
/** A call of the log is looked up later. Of one that was refused, no more is kept. */
const ASSUMED_KIB = 256;
/** Three bytes are four characters (RFC 4648, section 4). */
const BASE64_SHARE = 3 / 4;

/** Points of `explainVerification`. */
export function explanationPoints({ input }: Readonly<Record<string, unknown>>): number {
  const { requestId, body, bodyBase64 } = Object(input) as Record<string, unknown>;
  const kib = requestId ? ASSUMED_KIB : (lengthOf(body) + lengthOf(bodyBase64) * BASE64_SHARE) / 1_024;
  return Math.ceil(kib) * POINTS_PER_KIB;
}

function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0;
}
