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

/**
 * The length of the escape at a backslash. A surrogate pair such as `\ud83d\ude00`, as which many programs write emoji,
 * is one escape. 0: it is U+0000, a lone surrogate or not an escape.
 */
export function escapeLength(text: string, at: number): number {
  if (text.charCodeAt(at + 1) !== 117) return 2;
  const unit = escapedUnit(text, at);
  if (unit <= 0) return 0;
  if (unit < 0xd800 || unit > 0xdfff) return 6;
  const next = escapedUnit(text, at + 6);
  return unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff ? 12 : 0;
}

function escapedUnit(text: string, at: number): number {
  if (text.charCodeAt(at) !== 92 || text.charCodeAt(at + 1) !== 117) return -1;
  const digits = text.slice(at + 2, at + 6);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
}

/**
 * Whether the double that is nearest to a JSON number has the same value when it is written again: it does for `0.1`, `1.0`,
 * `100.00`, `1e2` and `5e-324`, not for `12345678901234567890`, `0.1234567890123456789` and `1e999`. Takes linear time for all
 * texts.
 */
export function isKeptByDouble(text: string): boolean {
  const read = String(Number(text));
  if (read === text) return true;
  const stated = decimalOf(text);
  const kept = decimalOf(read);
  return stated.digits === kept.digits && (stated.digits === '' || stated.exponent === kept.exponent);
}

/** The absolute value as 0.DIGITS times ten to the exponent, without leading and trailing zeros; zero has no digits. */
interface Decimal {
  digits: string;
  exponent: number;
}

// The shortest form of a double has at most 17 digits, so longer numbers need not be compared completely.
const MAX_DIGITS = 17;

function decimalOf(text: string): Decimal {
  const unsigned = text.startsWith('-') ? text.slice(1) : text;
  const e = unsigned.search(/[eE]/);
  const mantissa = e < 0 ? unsigned : unsigned.slice(0, e);
  const point = mantissa.indexOf('.');
  const all = point < 0 ? mantissa : mantissa.slice(0, point) + mantissa.slice(point + 1);
  const first = firstNonZero(all);
  const integerDigits = point < 0 ? mantissa.length : point;
  return {
    digits: all.slice(first, Math.min(endOfNonZero(all), first + MAX_DIGITS + 1)),
    exponent: integerDigits - first + (e < 0 ? 0 : Number(unsigned.slice(e + 1))),
  };
}

function firstNonZero(digits: string): number {
  let at = 0;
  while (digits.charCodeAt(at) === 48) at++;
  return at;
}

// A loop, because /0+$/ takes quadratic time for digits such as 1000...0001.
function endOfNonZero(digits: string): number {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 48) end--;
  return end;
}
