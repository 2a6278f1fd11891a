/** Header pairs in wire order, with repetitions, names as received. */
export type HeaderPairs = [string, string][];

/** As Latin-1, which HTTP specifies and which preserves every byte; decoding as UTF-8 would lose invalid sequences. */
export function headerPairs(raw: unknown): HeaderPairs {
  const parts = Array.isArray(raw)
    ? raw.map((part) => (Buffer.isBuffer(part) ? part.toString('latin1') : String(part)))
    : [];
  const pairs: HeaderPairs = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    // The parser keeps trailing white space, which is not part of the value (RFC 9112).
    pairs.push([parts[index] as string, (parts[index + 1] as string).replace(/[ \t]+$/, '')]);
  }
  return pairs;
}

/** All values of a header, joined as in RFC 9110. @param name in lower case */
export function headerValue(pairs: HeaderPairs, name: string): string | undefined {
  const values = pairs.filter(([key]) => key.length === name.length && key.toLowerCase() === name);
  return values.length === 0 ? undefined : values.map(([, value]) => value).join(', ');
}
