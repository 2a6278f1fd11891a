// The texts, numbers, booleans and nulls of a JSON value, each with the keys that lead to it.

export type JsonScalar = string | number | boolean | null;

/** What is deeper is not looked at: no stack is deep enough for what partners send. */
const MAX_LEVELS = 100;

/** Stands before each key of a path. */
const KEY = '\u0001';

/** The keys that lead to a value. Places in lists are left out: containment does not ask for them. */
export function leafPath(keys: readonly string[]): string {
  return keys.map((key) => KEY + key).join('');
}

/**
 * Shows each scalar of a value, and stops where `visit` says that it wants no more.
 * @returns whether it saw all of them
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
 * A scalar and its path as one short word of 41 bits: equal ones have equal words, and so have, rarely, others. Numbers are
 * equal by their value: 1, 1.0 and 1e0.
 */
export function leafWord(path: string, leaf: JsonScalar): string {
  const kind = leaf === null ? 'z' : typeof leaf;
  return shortHash(`${path}\u0001=${kind[0]}${leaf ?? ''}`);
}

// looked up for each character it would be most of the work
const { imul } = Math;

// cyrb53: a hundredth of the cost of a cryptographic one. Who makes two collide makes us look at a row in vain
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
  return ((b & 0x1ff) * 2 ** 32 + (a >>> 0)).toString(36);
}
