// Finds the members of a part of a JSON document.
import { END, ENTRY_SIZE, NEXT, START } from './json-index';
import type { JsonCursor, JsonPart } from './json-part';

/** The value of a key or at an index; undefined: there is none, or it is nested too deeply. */
export function memberOf(part: JsonPart, step: string | number): JsonPart | undefined {
  if (part.members.has(step)) return part.members.get(step);
  const found = findMember(part, step);
  part.members.set(step, found);
  return found;
}

function findMember(part: JsonPart, step: string | number): JsonPart | undefined {
  if (part.entry < 0) return undefined;
  if (Array.isArray(part.value)) return typeof step === 'number' ? findElement(part, part.value, step) : undefined;
  return typeof step === 'string' ? findProperty(part, part.value as Record<string, unknown>, step) : undefined;
}

// Continues from the element that was found last, so that reading all elements scans the text once.
function findElement(part: JsonPart, values: unknown[], step: number): JsonPart | undefined {
  if (!Number.isInteger(step) || step < 0 || step >= values.length) return undefined;
  const cursor = part.reached !== undefined && part.reached.step <= step ? part.reached : firstOf(part);
  part.reached = cursor;
  for (; cursor.step < step; cursor.step++) skipValue(part, cursor);
  return partAt(part, { ...cursor }, values[step], false);
}

function findProperty(part: JsonPart, values: Record<string, unknown>, key: string): JsonPart | undefined {
  return Object.hasOwn(values, key) ? findProperties(part, values, [key]).get(key) : undefined;
}

/** Finds the values of these keys in one pass, for `memberOf`: of an object with many others, a pass for each key takes long. */
export function findMembers(part: JsonPart, keys: readonly string[]): void {
  const { value } = part;
  if (part.entry < 0 || Array.isArray(value)) return;
  const values = value as Record<string, unknown>;
  const found = findProperties(
    part,
    values,
    keys.filter((key) => Object.hasOwn(values, key)),
  );
  for (const key of keys) part.members.set(key, found.get(key));
}

function findProperties(
  part: JsonPart,
  values: Record<string, unknown>,
  keys: readonly string[],
): Map<string, JsonPart> {
  const found = new Map<string, JsonPart>();
  if (keys.length === 0) return found;
  const cursor = firstOf(part);
  while (toNext(part, cursor) !== '}') {
    const keyStart = cursor.at;
    skipValue(part, cursor);
    const key = keyOf(part.document.text.slice(keyStart, cursor.at));
    if (keys.includes(key)) found.set(key, partAt(part, cursor, values[key], found.has(key)));
    else skipValue(part, cursor);
  }
  return found;
}

function keyOf(source: string): string {
  return source.includes('\\') ? (JSON.parse(source) as string) : source.slice(1, -1);
}

function firstOf(part: JsonPart): JsonCursor {
  return { step: 0, at: part.start + 1, entry: part.entry + 1 };
}

/** Moves the cursor past the value. */
function partAt(part: JsonPart, cursor: JsonCursor, value: unknown, isRepeated: boolean): JsonPart {
  const { document } = part;
  toNext(part, cursor);
  const start = cursor.at;
  const entry = document.index.entries[cursor.entry * ENTRY_SIZE + START] === start ? cursor.entry : -1;
  skipValue(part, cursor);
  return { document, value, start, end: cursor.at, entry, isRepeated, members: new Map() };
}

// Skips commas and colons like white space: JSON.parse has checked them.
function toNext(part: JsonPart, cursor: JsonCursor): string {
  const { text } = part.document;
  while (' \n\r\t,:'.includes(text.charAt(cursor.at))) cursor.at++;
  return text.charAt(cursor.at);
}

function skipValue(part: JsonPart, cursor: JsonCursor): void {
  const c = toNext(part, cursor);
  const { text, index } = part.document;
  if (c === '{' || c === '[') {
    const at = cursor.entry * ENTRY_SIZE;
    cursor.at = index.entries[at + END]!;
    cursor.entry = index.entries[at + NEXT]!;
  } else {
    cursor.at = c === '"' ? afterString(text, cursor.at) : afterWord(text, cursor.at);
  }
}

function afterString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslash = at - 1;
  while (text.charCodeAt(backslash) === 92) backslash--;
  return (at - backslash) % 2 === 0;
}

const WORD = /[^\s,\]}]*/y;

function afterWord(text: string, start: number): number {
  WORD.lastIndex = start;
  WORD.test(text);
  return WORD.lastIndex;
}
