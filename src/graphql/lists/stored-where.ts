// A `where` as text, for exports and replays, which read it later.

// JSON has no times, so each Date of GraphQL is stored under this key. The same key in the caller's own JSON gets
// another dollar sign.
const TIME = '$dateTime';
const OWN_KEY = /^\$+dateTime$/;

export function textOfWhere(where: object): string {
  return JSON.stringify(marked(where));
}

/** The `where` for conditionOf(). */
export function whereFromText(text: string): unknown {
  return unmarked(JSON.parse(text), (time) => new Date(time));
}

/** The `where` as it is shown; null: there is none. */
export function whereAsJson(text: string | null): unknown {
  return text === null ? null : unmarked(JSON.parse(text), (time) => time);
}

function marked(value: unknown): unknown {
  if (value instanceof Date) return { [TIME]: value.toISOString() };
  return mapped(value, (key) => (OWN_KEY.test(key) ? `$${key}` : key), marked);
}

function unmarked(value: unknown, timeFrom: (text: string) => unknown): unknown {
  const time = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[TIME] : undefined;
  if (typeof time === 'string') return timeFrom(time);
  return mapped(
    value,
    (key) => (OWN_KEY.test(key) ? key.slice(1) : key),
    (each) => unmarked(each, timeFrom),
  );
}

function mapped(value: unknown, keyFrom: (key: string) => string, valueFrom: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(valueFrom);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [keyFrom(key), valueFrom(each)]));
}
