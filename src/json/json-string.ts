import { jsonSyntaxError, shown } from './json-problem';

const HEX4 = /^[0-9a-fA-F]{4}$/;
const SIMPLE_ESCAPES = '"\\/bfnrt';

/** The end of the string that starts at a quote. @throws AppError BAD_USER_INPUT if it is not valid in RFC 8259 */
export function endOfString(text: string, start: number): number {
  const { length } = text;
  for (let at = start + 1; at < length; at++) {
    const c = text.charCodeAt(at);
    if (c === 34) return at + 1;
    if (c < 32) throw jsonSyntaxError(text, at, 'control characters in a string to be written as \\n, \\t or \\u00XX');
    if (c === 92) at = endOfEscape(text, at) - 1;
  }
  throw jsonSyntaxError(text, length, `a quote that ends the string ${shown(text.slice(start, start + 100))}`);
}

function endOfEscape(text: string, at: number): number {
  const kind = text.charAt(at + 1);
  if (kind === 'u' && HEX4.test(text.slice(at + 2, at + 6))) return at + 6;
  if (kind !== '' && SIMPLE_ESCAPES.includes(kind)) return at + 2;
  throw jsonSyntaxError(text, at, 'one of the escapes \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX');
}

/** Why a string must be refused; null: it is allowed. @param source its text in the JSON */
export function problemOfString(source: string, decoded: string): string | null {
  if (!decoded.isWellFormed() || !source.isWellFormed()) {
    return `${shown(source)} has half of a surrogate pair: send whole characters.`;
  }
  if (decoded.includes('\0')) return `${shown(source)} has the character U+0000, which cannot be stored: omit it.`;
  return null;
}
