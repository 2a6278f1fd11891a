// Inspects a JSON text strictly: where it is malformed, and what in it must be refused.

import { type JsonProblem, jsonSyntaxError, shown } from './json-problem';
import { endOfString, isKeptByDouble, problemOfString } from './json-scalar';

/** The maximum nesting of a payload. */
export const MAX_LEVELS = 100;

/** An open container. Containers beyond MAX_LEVELS have no frame, because there may be millions. */
interface Frame {
  /** null in an array */
  seenKeys: Set<string> | null;
  step: string;
  index: number;
}

interface Inspection {
  text: string;
  at: number;
  level: number;
  /** By level: 1 for an object, 0 for an array. */
  isObjectAt: Uint8Array;
  frames: Frame[];
  mostProblems: number;
  problems: JsonProblem[];
}

/**
 * Reads a text as RFC 8259 defines. Does not recurse, so the nesting has no limit.
 * @param mostProblems stops after this number of problems; 0: only checks the syntax, to the end
 * @throws AppError BAD_USER_INPUT if it is malformed
 */
export function inspectJson(text: string, mostProblems: number): JsonProblem[] {
  const isObjectAt = new Uint8Array(text.length + 1);
  const it: Inspection = { text, at: 0, level: 0, isObjectAt, frames: [], mostProblems, problems: [] };
  do {
    while (opensContainer(it));
    if (mostProblems > 0 && it.problems.length >= mostProblems) return it.problems;
  } while (movesToNextValue(it));
  if (it.at < text.length) throw jsonSyntaxError(text, it.at, 'the end of the text');
  return it.problems;
}

/**
 * Reads a scalar, an empty container or the start of a container. @returns whether the first value of a container
 * follows
 */
function opensContainer(it: Inspection): boolean {
  const c = nextCharacter(it);
  if (c !== '{' && c !== '[') {
    readScalar(it, c);
    return false;
  }
  if (it.level === MAX_LEVELS) noteDepth(it);
  openLevel(it, c === '{');
  if (nextCharacter(it) === (c === '{' ? '}' : ']')) {
    closeLevel(it);
    return false;
  }
  if (c === '{') readKey(it);
  return true;
}

/** Closes the containers that end here. @returns false at the end of the text */
function movesToNextValue(it: Inspection): boolean {
  while (true) {
    const c = nextCharacter(it);
    if (it.level === 0) return false;
    const isObject = it.isObjectAt[it.level] === 1;
    if (c === ',') {
      it.at++;
      if (isObject) readKey(it);
      else nextElement(it);
      return true;
    }
    if (c !== (isObject ? '}' : ']')) throw jsonSyntaxError(it.text, it.at, isObject ? 'a comma or }' : 'a comma or ]');
    closeLevel(it);
  }
}

function openLevel(it: Inspection, isObject: boolean): void {
  it.at++;
  it.isObjectAt[++it.level] = isObject ? 1 : 0;
  if (it.level <= MAX_LEVELS) it.frames.push({ seenKeys: isObject ? new Set() : null, step: '0', index: 0 });
}

function closeLevel(it: Inspection): void {
  it.at++;
  if (it.level <= MAX_LEVELS) it.frames.pop();
  it.level--;
}

function nextElement(it: Inspection): void {
  if (it.level > MAX_LEVELS) return;
  // there is a frame for each level up to MAX_LEVELS
  const frame = it.frames[it.level - 1]!;
  frame.step = String(++frame.index);
}

function readKey(it: Inspection): void {
  if (nextCharacter(it) !== '"') throw jsonSyntaxError(it.text, it.at, 'a key in double quotes');
  const start = it.at;
  it.at = endOfString(it.text, start);
  noteKey(it, it.text.slice(start, it.at));
  if (nextCharacter(it) !== ':') throw jsonSyntaxError(it.text, it.at, 'a colon after the key');
  it.at++;
}

function noteKey(it: Inspection, source: string): void {
  if (it.level > MAX_LEVELS || it.mostProblems === 0) return;
  const frame = it.frames[it.level - 1]!;
  const key = decoded(source);
  frame.step = shown(key);
  const problem = problemOfString(source, key);
  if (problem !== null) note(it, `The key ${problem}`);
  if (key === '__proto__') note(it, 'The key "__proto__" can change how programs see an object: rename it.');
  // keys are in objects, whose frames have it
  if (frame.seenKeys!.has(key)) note(it, `The key ${shown(source)} is repeated in its object: give it once.`);
  frame.seenKeys!.add(key);
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;

function readScalar(it: Inspection, c: string): void {
  const start = it.at;
  if (c === '"') {
    it.at = endOfString(it.text, start);
    noteString(it, it.text.slice(start, it.at));
  } else if (c === '-' || (c >= '0' && c <= '9')) {
    it.at = endOfNumber(it.text, start);
    noteNumber(it, it.text.slice(start, it.at));
  } else {
    WORD.lastIndex = start;
    if (!WORD.test(it.text)) throw jsonSyntaxError(it.text, start, 'a value');
    it.at = WORD.lastIndex;
  }
}

function endOfNumber(text: string, start: number): number {
  NUMBER.lastIndex = start;
  const end = NUMBER.test(text) ? NUMBER.lastIndex : start;
  if (end === start || /[0-9.eE+-]/.test(text.charAt(end))) {
    throw jsonSyntaxError(text, start, 'a number such as 10, -0.5 or 1e3');
  }
  return end;
}

function noteString(it: Inspection, source: string): void {
  if (it.level > MAX_LEVELS || it.mostProblems === 0) return;
  const problem = problemOfString(source, decoded(source));
  if (problem !== null) note(it, `The text ${problem}`);
}

function noteNumber(it: Inspection, source: string): void {
  if (it.level > MAX_LEVELS || it.mostProblems === 0 || isKeptByDouble(source)) return;
  const read = `most programs read ${Number(source)} instead`;
  note(it, `The number ${shown(source)} does not fit a double, ${read}: send it as a string.`);
}

function noteDepth(it: Inspection): void {
  if (it.mostProblems === 0) return;
  const value = shown(it.text.slice(it.at, it.at + MAX_LEVELS));
  const message = `${value} is more than ${MAX_LEVELS} levels deep: nest objects and lists at most ${MAX_LEVELS} deep.`;
  note(it, message, { isTooLarge: true });
}

function note(it: Inspection, message: string, size: Pick<JsonProblem, 'isTooLarge'> = {}): void {
  if (it.problems.length >= it.mostProblems) return;
  it.problems.push({ path: it.frames.map((frame) => frame.step), message, ...size });
}

function decoded(source: string): string {
  return source.includes('\\') ? (JSON.parse(source) as string) : source.slice(1, -1);
}

function nextCharacter(it: Inspection): string {
  for (; ; it.at++) {
    const c = it.text.charAt(it.at);
    if (c !== ' ' && c !== '\n' && c !== '\r' && c !== '\t') return c;
  }
}
