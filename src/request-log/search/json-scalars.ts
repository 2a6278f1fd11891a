// The strings, numbers, booleans and nulls of a JSON value, each with the keys on its path.

export type JsonScalar = string | number | boolean | null;

/** Deeper values are ignored, because a partner can send JSON that is deeper than any stack. */
const MAX_LEVELS = 100;

/** The separator before each key of a path. */
const KEY = '\u0001';

/** The keys on the path of a value. Indexes of lists are omitted, because containment ignores them. */
export function leafPath(keys: readonly string[]): string {
  return keys.map((key) => KEY + key).join('');
}

/**
 * Visits each scalar of a value until `visit` returns false.
 * @returns whether all scalars were visited
 */
export function eachLeaf(value: unknown, visit: (path: string, leaf: JsonScalar) => boolean): boolean {
  return walk(value, '', MAX_LEVELS, visit);
}

function walk(
  value: unknown,
  path: string,
  levels: number,
  visit: (path: string, leaf: JsonScalar) => boolean,
): boolean {
  if (value === null || typeof value !== 'object') return visit(path, value as JsonScalar);
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.every((each) => walk(each, path, levels - 1, visit));
  for (const key in value) {
    if (!walk((value as Record<string, unknown>)[key], path + KEY + key, levels - 1, visit)) return false;
  }
  return true;
}

/**
 * A hash of 41 bits of a scalar and its path. Different scalars rarely have the same hash. Numbers with the same value
 * have the same hash: 1, 1.0 and 1e0.
 */
export function leafWord(path: string, leaf: JsonScalar): string {
  const kind = leaf === null ? 'z' : typeof leaf;
  return shortHash(`${path}\u0001=${kind[0]}${leaf ?? ''}`);
}

// a constant, because a property access per character would dominate the cost
const { imul } = Math;

// cyrb53 costs a hundredth of a cryptographic hash. A forced collision only makes a search test one row more
function shortHash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const c = text.charCodeAt(at);
    a = imul(a ^ c, 2654435761);
    b = imul(b ^ c, 1597334677);
  }
  a = imul(a ^ (a >>> 16), 2246822507) ^ imul(b ^ (b >>> 13), 3266489909);
  b = imul(b ^ (b >>> 16), 2246822507) ^ imul(a ^ (a >>> 13), 3266489909);
  return inBase36((b & 0x1ff) * 2 ** 32 + (a >>> 0));
}

const FOUR_DIGITS = 36 ** 4;

// in two parts, because V8 divides numbers beyond 32 bits as floating-point ones, digit by digit
function inBase36(number: number): string {
  if (number < FOUR_DIGITS) return number.toString(36);
  const high = Math.floor(number / FOUR_DIGITS);
  return high.toString(36) + (number - high * FOUR_DIGITS).toString(36).padStart(4, '0');
}
