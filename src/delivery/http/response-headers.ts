/** Header pairs in wire order, repeats kept, names as the partner spelled them. */
export type HeaderPairs = [string, string][];

/** Latin-1, which is what HTTP says and what gives every byte back; UTF-8 would lose the bytes that are not UTF-8. */
export function headerPairs(raw: unknown): HeaderPairs {
  const parts = Array.isArray(raw)
    ? raw.map((part) => (Buffer.isBuffer(part) ? part.toString('latin1') : String(part)))
    : [];
  const pairs: HeaderPairs = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    // The parser leaves white space behind a value, which RFC 9112 does not count as part of it.
    pairs.push([parts[index]!, parts[index + 1]!.replace(/[ \t]+$/, '')]);
  }
  return pairs;
}

/** All values of a header as one, the way RFC 9110 joins them. `name` in lower case. */
export function headerValue(pairs: HeaderPairs, name: string): string | undefined {
  const values = pairs.filter(([key]) => key.length === name.length && key.toLowerCase() === name);
  return values.length === 0 ? undefined : values.map(([, value]) => value).join(', ');
}
