import { AppError } from '../errors/errors';

/** Valid JSON that must be refused, because it could not be stored exactly, with its path of keys and indexes. */
export interface JsonProblem {
  path: string[];
  message: string;
  /** The value is nested too deeply or too long. */
  isTooLarge?: true;
}

const SHOWN_CHARACTERS = 60;
const FOUND_CHARACTERS = 20;

/** A value for a message: shortened, and without half of a surrogate pair. */
export function shown(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text.toWellFormed() : `${text.slice(0, SHOWN_CHARACTERS).toWellFormed()}...`;
}

/** The position as line and column, from 1. Quotes only a few characters of the text. */
export function jsonSyntaxError(text: string, at: number, expected: string): AppError {
  const lineStart = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
  const line = countLineFeeds(text, lineStart) + 1;
  const found = at >= text.length ? 'the end of the text' : JSON.stringify(text.slice(at, at + FOUND_CHARACTERS));
  const place = `line ${line}, column ${at - lineStart + 1}`;
  return new AppError('BAD_USER_INPUT', `The JSON is malformed at ${place}: expected ${expected}, found ${found}.`);
}

function countLineFeeds(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

// With more probes, the keys were chosen to collide, and continuing would take quadratic time.
const MAX_PROBES = 32;
const SMALL = 8;

/** Whether some hashes of an object's keys may be equal. It may return true wrongly, but not false. */
export type MayRepeat = (hashes: Int32Array, start: number, end: number) => boolean;

export function createMayRepeat(): MayRepeat {
  // allocated by the first object that needs them
  let slots = new Int32Array(0);
  // a slot is used if it has the stamp of the current object, so that the table is not cleared for each object
  let stamps = new Int32Array(0);
  let stamp = 0;
  return (hashes, start, end) => {
    if (end - start <= SMALL) return hasEqualPair(hashes, start, end);
    if ((end - start) * 2 > slots.length) {
      const size = 2 ** Math.max(7, Math.ceil(Math.log2((end - start) * 2)));
      slots = new Int32Array(size);
      stamps = new Int32Array(size);
    }
    stamp++;
    return isHashSeen(hashes, start, end, slots, stamps, stamp);
  };
}

function hasEqualPair(hashes: Int32Array, start: number, end: number): boolean {
  for (let i = start + 1; i < end; i++) {
    const hash = hashes[i];
    for (let j = start; j < i; j++) if (hashes[j] === hash) return true;
  }
  return false;
}

function isHashSeen(
  hashes: Int32Array,
  start: number,
  end: number,
  slots: Int32Array,
  stamps: Int32Array,
  stamp: number,
): boolean {
  const mask = slots.length - 1;
  const shift = Math.clz32(mask);
  for (let i = start; i < end; i++) {
    // `end` is within the array
    const hash = hashes[i]!;
    // spreads the consecutive hashes of keys such as k1, k2, k3
    let slot = Math.imul(hash, 0x9e3779b1) >>> shift;
    for (let probes = 0; stamps[slot] === stamp; probes++) {
      if (slots[slot] === hash || probes === MAX_PROBES) return true;
      slot = (slot + 1) & mask;
    }
    slots[slot] = hash;
    stamps[slot] = stamp;
  }
  return false;
}
