export type HeaderPairs = [name: string, value: string][];

/** What stands in the log for a header value that is secret. */
export const SECRET_VALUE = '[secret]';

/** Headers as the log keeps them: the text of a JSON array of pairs, in wire order, with repeats. */
export function readHeaderPairs(text: string | null): HeaderPairs | null {
  return text === null ? null : (JSON.parse(text) as HeaderPairs);
}

/** Headers as an object: lower-case names; repeated ones joined as RFC 9110, section 5.3 says. */
export function headersAsObject(pairs: HeaderPairs): Record<string, string> {
  const object = new Map<string, string>();
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    const before = object.get(key);
    object.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(object);
}

export function headerNamed(pairs: HeaderPairs | null, name: string): string | null {
  return pairs?.find(([each]) => each.toLowerCase() === name)?.[1] ?? null;
}
