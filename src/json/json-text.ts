// A JSON text whose parts keep their exact source. JSON.parse makes the values, json-index finds the places.
import { INDEXED_LEVELS, indexJson, type JsonIndex } from './json-index';
import { inspectJson } from './json-inspect';
import { withoutUnindexedParts } from './json-unindexed';

export interface JsonDocument {
  readonly text: string;
  readonly value: unknown;
  readonly index: JsonIndex;
  /** False where the text itself, not an escape in it, has half a surrogate pair: never when it was read from UTF-8. */
  readonly isWellFormed: boolean;
}

/**
 * Throws BAD_USER_INPUT with line and column where the text is no JSON. Everything else that is wrong is found per part,
 * by `problemsOf`. `value` is as JSON.parse gives it (`__proto__` is an own key), but of what lies over 200 levels deep
 * the values are left out: a part so deep has a problem anyway, and millions of levels would take gigabytes.
 */
export function readJsonText(text: string): JsonDocument {
  const index = indexJson(text);
  return { text, value: parsed(text, index), index, isWellFormed: text.isWellFormed() };
}

function parsed(text: string, index: JsonIndex): unknown {
  if (index.levels > INDEXED_LEVELS) {
    inspectJson(text, 0);
    return JSON.parse(withoutUnindexedParts(text, index));
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    inspectJson(text, 0);
    throw error;
  }
}
