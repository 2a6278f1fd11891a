// A value of a JSON document with its position in the text.

import { quoted } from '../errors/errors';
import { checkCount, refuse } from '../values/refuse-argument';
import { isStorable } from '../values/text';
import { END, ENTRY_SIZE, INFO, NEXT, START } from './json-index';
import type { JsonProblem } from './json-problem';
import { inspectJson, MAX_LEVELS } from './json-rules';
import type { JsonDocument } from './json-text';

/** The maximum number of reported problems of a part. */
const MAX_PROBLEMS = 20;

/** A position before the element `step` of an array; `entry` is the next container. */
interface JsonCursor {
  step: number;
  at: number;
  entry: number;
}

export interface JsonPart {
  readonly document: JsonDocument;
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
  /** The entry in the index of the document; -1: not a container. */
  readonly entry: number;
  /** Whether its key is repeated in the object. As in JSON.parse, the last value counts. */
  readonly isRepeated: boolean;
  // members are cached, so that the text of a variable with 500 events is not scanned 500 times
  readonly members: Map<string | number, JsonPart | undefined>;
  reached?: JsonCursor;
  problems?: readonly JsonProblem[];
  bytes?: number;
}

/** The root value. */
export function rootOf(document: JsonDocument): JsonPart {
  const { text, value, index } = document;
  const isContainer = typeof value === 'object' && value !== null;
  const start = isContainer ? index.entries[0]! : text.length - text.trimStart().length;
  const end = isContainer ? index.entries[END]! : text.trimEnd().length;
  return { document, value, start, end, entry: isContainer ? 0 : -1, isRepeated: false, members: new Map() };
}

/** The exact text, without surrounding white space. */
export function textOf(part: JsonPart): string {
  return part.document.text.slice(part.start, part.end);
}

/** The length in UTF-8. */
export function bytesOf(part: JsonPart): number {
  part.bytes ??= Buffer.byteLength(textOf(part));
  return part.bytes;
}

/** A value as its sender wrote it. */
export interface ExactValue {
  readonly text: string;
  /** The length of the text in UTF-8. */
  readonly bytes: number;
  readonly value: unknown;
  /** Why it must be refused: see `problemsOf`. Found when it is read, so not of a value that is refused for its size. */
  readonly problems: readonly JsonProblem[];
}

export function exactOf(part: JsonPart): ExactValue {
  return {
    text: textOf(part),
    bytes: bytesOf(part),
    value: part.value,
    get problems() {
      return problemsOf(part);
    },
  };
}

/** The nesting: 0 for a scalar, 1 for `{}`. */
export function levelsOf(part: JsonPart): number {
  return part.entry < 0 ? 0 : infoOf(part) >> 1;
}

/** Why it must be refused: the first 20 problems, with paths from this part. */
export function problemsOf(part: JsonPart): readonly JsonProblem[] {
  part.problems ??= needsInspection(part) ? inspectJson(textOf(part), MAX_PROBLEMS) : [];
  return part.problems;
}

function needsInspection(part: JsonPart): boolean {
  if (part.entry < 0 || !part.document.isWellFormed) return true;
  return (infoOf(part) & 1) === 1 || levelsOf(part) > MAX_LEVELS;
}

function infoOf(part: JsonPart): number {
  return part.document.index.entries[part.entry * ENTRY_SIZE + INFO]!;
}

// Finds the members of a part of a JSON document.

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

// Reads paths into JSON. Filters turn them into SQL/JSON paths of PostgreSQL.

/** A key, an index, or any index. */
export type PathStep = { key: string } | { index: number } | 'any';

const MAX_STEPS = 20;
const MAX_KEY_CHARACTERS = 200;
const STEP = /\.([\p{L}_][\p{L}\p{N}_-]*)|\[("(?:[^"\\]|\\.)*")\]|\[(\*)\]|\[(0|[1-9][0-9]{0,5})\]/uy;

/**
 * @param at one path that begins with `$`, such as `$.items[*].sku`, `$["a key"]` or `$.items[0]`; or a list of keys
 * @throws AppError BAD_USER_INPUT
 */
export function readJsonPath(at: readonly string[], path: string[]): PathStep[] {
  const [first] = at;
  const steps = at.length === 1 && first?.startsWith('$') ? parsed(first, path) : at.map((key) => ({ key }));
  checkCount(path, steps.length, 'steps', MAX_STEPS);
  for (const step of steps) checkKey(step, path);
  return steps;
}

function parsed(text: string, path: string[]): PathStep[] {
  const steps: PathStep[] = [];
  let place = 1;
  while (place < text.length) {
    STEP.lastIndex = place;
    const [all, name, string, any, index] = STEP.exec(text) ?? [];
    if (all === undefined) {
      refuse(path, `${quoted(text)} cannot be read from character ${place + 1} on: a path is like $.items[*].sku`);
    }
    if (any) steps.push('any');
    else if (index !== undefined) steps.push({ index: Number(index) });
    else steps.push({ key: name ?? keyOfStep(string as string, path) });
    place += all.length;
  }
  return steps;
}

function keyOfStep(string: string, path: string[]): string {
  try {
    return JSON.parse(string);
  } catch {
    return refuse(path, `${quoted(string)} is not a key in double quotes as JSON has them`);
  }
}

function checkKey(step: PathStep, path: string[]): void {
  if (step === 'any' || 'index' in step) return;
  const { key } = step;
  if (key.length > MAX_KEY_CHARACTERS) {
    refuse(path, `a key of ${key.length} characters; at most ${MAX_KEY_CHARACTERS} are allowed`);
  }
  if (!isStorable(key)) refuse(path, `${quoted(key)} is not a key that is ever stored`);
}
