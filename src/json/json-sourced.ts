// The values of a JSON text together with their source.
import { END, ENTRY_SIZE, START } from './json-index';
import { MAX_LEVELS } from './json-rules';
import type { JsonDocument } from './json-text';

export interface SourcedJson {
  /** The result of JSON.parse, except for numbers, and with objects without a prototype. */
  readonly value: unknown;
  /** The exact text of an object or array in `value`; undefined for other objects. */
  sourceOf(container: object): string | undefined;
}

interface Walk {
  readonly document: JsonDocument;
  readonly numberOf: (text: string) => unknown;
  readonly entryOf: Map<object, number>;
  at: number;
  entry: number;
}

/**
 * @param numberOf makes the value of a number from its text, such as 100.00
 * @throws RangeError if it has more than 100 levels
 */
export function sourcedJson(document: JsonDocument, numberOf: (text: string) => unknown): SourcedJson {
  if (document.index.levels > MAX_LEVELS) throw new RangeError(`the JSON has more than ${MAX_LEVELS} levels`);
  const entryOf = new Map<object, number>();
  const value = readValue({ document, numberOf, entryOf, at: 0, entry: 0 });
  return {
    value,
    sourceOf(container) {
      const entry = entryOf.get(container);
      if (entry === undefined) return undefined;
      const { entries } = document.index;
      return document.text.slice(entries[entry * ENTRY_SIZE + START], entries[entry * ENTRY_SIZE + END]);
    },
  };
}

function readValue(walk: Walk): unknown {
  const c = toToken(walk);
  if (c === 123) return readObject(walk);
  if (c === 91) return readArray(walk);
  if (c === 34) return readString(walk);
  const word = readWord(walk);
  if (word === 'true') return true;
  if (word === 'false') return false;
  return word === 'null' ? null : walk.numberOf(word);
}

function readObject(walk: Walk): object {
  const object: Record<string, unknown> = Object.create(null);
  const end = enter(walk, object);
  while (toToken(walk) !== 125) {
    const key = readString(walk);
    object[key] = readValue(walk);
  }
  walk.at = end;
  return object;
}

function readArray(walk: Walk): unknown[] {
  const array: unknown[] = [];
  const end = enter(walk, array);
  while (toToken(walk) !== 93) array.push(readValue(walk));
  walk.at = end;
  return array;
}

function enter(walk: Walk, container: object): number {
  const { entry } = walk;
  walk.entryOf.set(container, entry);
  walk.entry = entry + 1;
  walk.at++;
  return walk.document.index.entries[entry * ENTRY_SIZE + END]!;
}

// Skips commas and colons like white space: JSON.parse has checked them.
function toToken(walk: Walk): number {
  const { text } = walk.document;
  for (; ; walk.at++) {
    const c = text.charCodeAt(walk.at);
    if (c !== 32 && c !== 44 && c !== 58 && c !== 10 && c !== 13 && c !== 9) return c;
  }
}

function readString(walk: Walk): string {
  const { text } = walk.document;
  const start = walk.at;
  let at = start + 1;
  let isEscaped = false;
  for (let c = text.charCodeAt(at); c !== 34; c = text.charCodeAt(at)) {
    if (c === 92) isEscaped = true;
    at += c === 92 ? 2 : 1;
  }
  walk.at = at + 1;
  return isEscaped ? (JSON.parse(text.slice(start, at + 1)) as string) : text.slice(start + 1, at);
}

function readWord(walk: Walk): string {
  const { text } = walk.document;
  const start = walk.at;
  for (; walk.at < text.length; walk.at++) {
    const c = text.charCodeAt(walk.at);
    if (c === 44 || c === 93 || c === 125 || c <= 32) break;
  }
  return text.slice(start, walk.at);
}
