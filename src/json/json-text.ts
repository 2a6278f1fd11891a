// Reads a JSON text whose parts keep their exact source. JSON.parse makes the values, json-index the positions.

import { decodedText } from '../values/text';
import { INDEXED_LEVELS, indexJson, type JsonIndex, withoutUnindexedParts } from './json-index';
import { inspectJson, MAX_LEVELS } from './json-rules';

export interface JsonDocument {
  readonly text: string;
  readonly value: unknown;
  readonly index: JsonIndex;
  /** false: the text has half of a surrogate pair, not as an escape. Text from UTF-8 never has. */
  readonly isWellFormed: boolean;
}

/**
 * `value` is the result of JSON.parse (`__proto__` is an own key) without values that are nested more than 200 levels
 * deep: they are refused anyway, and millions of levels would need gigabytes. `problemsOf` finds other problems of each
 * part.
 * @throws AppError BAD_USER_INPUT with line and column if the text is not JSON
 */
export function readJsonText(text: string): JsonDocument {
  const isWellFormed = text.isWellFormed();
  if (mayNestTooDeeply(text)) {
    const index = indexJson(text);
    return { text, value: limited(text, index), index, isWellFormed };
  }
  return new IndexedWhenAsked(text, parsed(text), isWellFormed);
}

/** Most queries are never asked for the positions, which take several times as long as the values. */
class IndexedWhenAsked implements JsonDocument {
  #index: JsonIndex | null = null;

  constructor(
    readonly text: string,
    readonly value: unknown,
    readonly isWellFormed: boolean,
  ) {}

  get index(): JsonIndex {
    this.#index ??= indexJson(this.text);
    return this.#index;
  }
}

const [BRACKET, BRACE] = ['['.charCodeAt(0), '{'.charCodeAt(0)];

function mayNestTooDeeply(text: string): boolean {
  let opened = 0;
  for (let at = 0; at < text.length && opened <= INDEXED_LEVELS; at += 1) {
    const c = text.charCodeAt(at);
    if (c === BRACKET || c === BRACE) opened += 1;
  }
  return opened > INDEXED_LEVELS;
}

function limited(text: string, index: JsonIndex): unknown {
  if (index.levels <= INDEXED_LEVELS) return parsed(text);
  inspectJson(text, 0);
  return JSON.parse(withoutUnindexedParts(text, index));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    inspectJson(text, 0);
    throw error;
  }
}

/**
 * Stored bytes as a JSON field shows them, and as conditions and templates read them: the value if they are JSON,
 * otherwise the text, otherwise base64; null: there are no bytes. Bytes that are not text are not parsed, because
 * replacement characters would be shown as received. JSON that is nested too deeply is shown as text: writing it would
 * overflow the stack, so one response of a partner would make every list that contains it fail.
 * @param contentType has the charset if it is not UTF-8
 * @param isCut whether only the beginning was stored
 */
export function jsonOrText(bytes: Buffer | null, contentType = '', isCut = false): unknown {
  if (bytes === null || bytes.length === 0) return null;
  const text = decodedText(bytes, contentType, isCut);
  if (text === null) return bytes.toString('base64');
  try {
    const value: unknown = JSON.parse(text);
    return isDeeper(value, MAX_LEVELS) ? text : value;
  } catch {
    return text;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}
