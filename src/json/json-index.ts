// Scans a JSON text once, quickly: the position of each container, and whether its content must be inspected.

import { createMayRepeat, type MayRepeat } from './json-problem';
import { escapeLength, isKeptByDouble } from './json-scalar';

/** Deeper containers are counted, not indexed. A payload has at most 100 levels; a request has more around it. */
export const INDEXED_LEVELS = 200;

/** The containers in the order in which they open, with four numbers each: START, END, NEXT and INFO. */
export interface JsonIndex {
  entries: Int32Array;
  count: number;
  /** The maximum nesting. */
  levels: number;
}

export const START = 0;
export const END = 1;
/** The entry after all entries inside this one. */
export const NEXT = 2;
/** Twice the nesting, this level included; plus one if the content must be inspected. */
export const INFO = 3;
export const ENTRY_SIZE = 4;

// A number of this length has at most 15 digits, which a double keeps.
const SAFE_NUMBER_LENGTH = 15;
const PROTO = '__proto__';

interface Scan {
  text: string;
  level: number;
  entries: Int32Array;
  count: number;
  entryAt: Int32Array;
  deepestAt: Int32Array;
  suspectAt: Uint8Array;
  isObjectAt: Uint8Array;
  firstKeyAt: Int32Array;
  keys: Int32Array;
  keyCount: number;
  mayRepeat: MayRepeat;
}

/**
 * The caller checks the text with JSON.parse; the index of malformed JSON is meaningless. A container may be marked as
 * suspect wrongly, because hashes are compared. One that is not suspect has no problem except its depth.
 */
export function indexJson(text: string): JsonIndex {
  // `!` here and in the files that read the index: a level, and the fields of an entry, are within their arrays
  const scan = newScan(text);
  scanText(scan);
  while (scan.level > 0) close(scan, text.length);
  return { entries: scan.entries, count: scan.count, levels: scan.deepestAt[0]! };
}

// Reused by all scans, which run one after the other: most texts are small. The values of a level are set when it
// opens, those of the outermost level by newScan.
const SCRATCH = {
  entryAt: new Int32Array(INDEXED_LEVELS + 1),
  deepestAt: new Int32Array(INDEXED_LEVELS + 1),
  suspectAt: new Uint8Array(INDEXED_LEVELS + 1),
  isObjectAt: new Uint8Array(INDEXED_LEVELS + 1),
  firstKeyAt: new Int32Array(INDEXED_LEVELS + 1),
  keys: new Int32Array(256),
};

function newScan(text: string): Scan {
  for (const each of Object.values(SCRATCH)) each[0] = 0;
  const entries = new Int32Array(64 * ENTRY_SIZE);
  return { text, level: 0, entries, count: 0, ...SCRATCH, keyCount: 0, mayRepeat: createMayRepeat() };
}

function scanText(scan: Scan): void {
  const { text } = scan;
  const { length } = text;
  let isKeyNext = false;
  for (let at = 0; at < length; ) {
    const c = text.charCodeAt(at);
    if (c === 34) {
      at = isKeyNext ? scanKey(scan, at) : scanString(scan, at);
      isKeyNext = false;
    } else if (c === 44) {
      isKeyNext = scan.level <= INDEXED_LEVELS && scan.isObjectAt[scan.level] === 1;
      at++;
    } else if (c === 123 || c === 91) {
      open(scan, at, c === 123);
      isKeyNext = c === 123 && scan.level <= INDEXED_LEVELS;
      at++;
    } else if (c === 125 || c === 93) {
      close(scan, at + 1);
      isKeyNext = false;
      at++;
    } else if (c === 45 || (c >= 48 && c <= 57)) {
      at = scanNumber(scan, at);
    } else {
      at++;
    }
  }
}

function open(scan: Scan, at: number, isObject: boolean): void {
  const level = ++scan.level;
  if (level > INDEXED_LEVELS) {
    scan.suspectAt[INDEXED_LEVELS] = 1;
    if (level > scan.deepestAt[INDEXED_LEVELS]!) scan.deepestAt[INDEXED_LEVELS] = level;
    return;
  }
  if (scan.count * ENTRY_SIZE === scan.entries.length) scan.entries = doubled(scan.entries);
  scan.entries[scan.count * ENTRY_SIZE + START] = at;
  scan.entryAt[level] = scan.count++;
  scan.deepestAt[level] = level;
  scan.suspectAt[level] = 0;
  scan.isObjectAt[level] = isObject ? 1 : 0;
  scan.firstKeyAt[level] = scan.keyCount;
}

function close(scan: Scan, end: number): void {
  const { level } = scan;
  if (level === 0) return;
  scan.level--;
  if (level > INDEXED_LEVELS) return;
  const firstKey = scan.firstKeyAt[level]!;
  if (scan.keyCount - firstKey > 1 && scan.mayRepeat(scan.keys, firstKey, scan.keyCount)) scan.suspectAt[level] = 1;
  scan.keyCount = firstKey;
  const suspect = scan.suspectAt[level]!;
  const deepest = scan.deepestAt[level]!;
  const entry = scan.entryAt[level]! * ENTRY_SIZE;
  scan.entries[entry + END] = end;
  scan.entries[entry + NEXT] = scan.count;
  scan.entries[entry + INFO] = (deepest - level + 1) * 2 + suspect;
  if (suspect === 1) scan.suspectAt[level - 1] = 1;
  if (deepest > scan.deepestAt[level - 1]!) scan.deepestAt[level - 1] = deepest;
}

// Keys are compared by hash while their object is open. The hashes of one object are adjacent on a stack.
function scanKey(scan: Scan, start: number): number {
  const { text } = scan;
  const { length } = text;
  let hash = 0;
  let at = start + 1;
  for (; at < length; at++) {
    const c = text.charCodeAt(at);
    if (c === 34) break;
    if (c === 92) {
      scan.suspectAt[scan.level] = 1;
      return scanString(scan, start);
    }
    hash = (Math.imul(hash, 31) + c) | 0;
  }
  if (at - start - 1 === PROTO.length && text.startsWith(PROTO, start + 1)) scan.suspectAt[scan.level] = 1;
  if (scan.keyCount === scan.keys.length) scan.keys = doubled(scan.keys);
  scan.keys[scan.keyCount++] = hash;
  return at + 1;
}

// A loop is fastest for short strings, indexOf for long ones.
const SHORT_STRING = 40;

function scanString(scan: Scan, start: number): number {
  const { text } = scan;
  const shortEnd = Math.min(start + SHORT_STRING, text.length);
  for (let at = start + 1; at < shortEnd; at++) {
    const c = text.charCodeAt(at);
    if (c === 34) return at + 1;
    if (c === 92) return scanEscapes(scan, at);
  }
  const quote = text.indexOf('"', shortEnd);
  const end = quote < 0 ? text.length : quote;
  const backslash = text.slice(shortEnd, end).indexOf('\\');
  return backslash < 0 ? end + 1 : scanEscapes(scan, shortEnd + backslash);
}

function scanEscapes(scan: Scan, from: number): number {
  const { text } = scan;
  const { length } = text;
  for (let at = from; at < length; ) {
    const c = text.charCodeAt(at);
    if (c === 34) return at + 1;
    if (c !== 92) {
      at++;
      continue;
    }
    const taken = escapeLength(text, at);
    if (taken === 0) scan.suspectAt[Math.min(scan.level, INDEXED_LEVELS)] = 1;
    at += taken || 2;
  }
  return length;
}

function scanNumber(scan: Scan, start: number): number {
  const { text } = scan;
  let hasExponent = false;
  let at = start + 1;
  for (; ; at++) {
    const c = text.charCodeAt(at);
    if ((c >= 48 && c <= 57) || c === 46 || c === 45 || c === 43) continue;
    if (c !== 101 && c !== 69) break;
    hasExponent = true;
  }
  const level = Math.min(scan.level, INDEXED_LEVELS);
  if (!hasExponent && at - start <= SAFE_NUMBER_LENGTH) return at;
  if (scan.suspectAt[level] === 0 && !isKeptByDouble(text.slice(start, at))) scan.suspectAt[level] = 1;
  return at;
}

function doubled(numbers: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}

/** Whether the containers in an entry are nested too deeply and were counted, but not indexed. */
function hasUnindexedParts(index: JsonIndex, entry: number): boolean {
  const at = entry * ENTRY_SIZE;
  return index.entries[at + NEXT] === entry + 1 && index.entries[at + INFO]! >> 1 > 1;
}

/** The text with those entries made empty, so that JSON.parse creates no more levels than the index has. */
export function withoutUnindexedParts(text: string, index: JsonIndex): string {
  const kept: string[] = [];
  let from = 0;
  for (let entry = 0; entry < index.count; entry++) {
    if (!hasUnindexedParts(index, entry)) continue;
    kept.push(text.slice(from, index.entries[entry * ENTRY_SIZE + START]! + 1));
    from = index.entries[entry * ENTRY_SIZE + END]! - 1;
  }
  kept.push(text.slice(from));
  return kept.join('');
}
