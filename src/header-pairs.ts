export type HeaderPairs = [name: string, value: string][];

/** The text that replaces a secret header value in the log. */
export const SECRET_VALUE = '[secret]';

/** Headers as the log stores them: a JSON array of pairs, in wire order, with repetitions. */
export function readHeaderPairs(text: string | null): HeaderPairs | null {
  return text === null ? null : (JSON.parse(text) as HeaderPairs);
}

/** Headers as an object with lower-case names. Repeated headers are joined (RFC 9110, section 5.3). */
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
