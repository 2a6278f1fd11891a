// How much work a JSON text is, before it is read.

const [QUOTE, BACKSLASH] = ['"'.charCodeAt(0), '\\'.charCodeAt(0)];
const [SPACE, END_OF_LIST, END_OF_OBJECT] = [' '.charCodeAt(0), ']'.charCodeAt(0), '}'.charCodeAt(0)];
const [BRACKET, BRACE, COLON, COMMA] = ['['.charCodeAt(0), '{'.charCodeAt(0), ':'.charCodeAt(0), ','.charCodeAt(0)];

/**
 * The maximum number of members of a text: 500 events with 1,000 members of data each, and their own. JSON.parse, which cannot be
 * interrupted, takes up to a microsecond for a member, and a hundredth of it for a character.
 */
export const MAX_MEMBERS = 510_000;

export interface JsonParts {
  /** The values in objects and lists. */
  members: number;
  keys: number;
}

/** A text that is not JSON has some number of parts. */
export function countParts(text: string): JsonParts {
  let [members, keys] = [0, 0];
  let isInString = false;
  // the first member of an object or a list has no comma before it
  let isOpened = false;
  for (let at = 0; at < text.length; at += 1) {
    const c = text.charCodeAt(at);
    if (isInString) {
      if (c === QUOTE) isInString = false;
      else if (c === BACKSLASH) at += 1;
      continue;
    }
    if (c <= SPACE) continue;
    if (isOpened && c !== END_OF_LIST && c !== END_OF_OBJECT) members += 1;
    isOpened = c === BRACE || c === BRACKET;
    if (c === QUOTE) isInString = true;
    else if (c === COMMA) members += 1;
    else if (c === COLON) keys += 1;
  }
  return { members, keys };
}
