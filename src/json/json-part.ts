// A value of a JSON document with its position in the text.
import { END, ENTRY_SIZE, INFO } from './json-index';
import type { JsonProblem } from './json-problem';
import { inspectJson, MAX_LEVELS } from './json-rules';
import type { JsonDocument } from './json-text';

/** The maximum number of reported problems of a part. */
const MAX_PROBLEMS = 20;

/** A position before the element `step` of an array; `entry` is the next container. */
export interface JsonCursor {
  step: number;
  at: number;
  entry: number;
}

export interface JsonPart {
  readonly document: JsonDocument;
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
  /** The entry in the index of the document; -1: not a container. */
  readonly entry: number;
  /** Whether its key is repeated in the object. As in JSON.parse, the last value counts. */
  readonly isRepeated: boolean;
  // members are cached, so that the text of a variable with 500 events is not scanned 500 times
  readonly members: Map<string | number, JsonPart | undefined>;
  reached?: JsonCursor;
  problems?: readonly JsonProblem[];
  bytes?: number;
}

/** The root value. */
export function rootOf(document: JsonDocument): JsonPart {
  const { text, value, index } = document;
  const isContainer = typeof value === 'object' && value !== null;
  const start = isContainer ? index.entries[0]! : text.length - text.trimStart().length;
  const end = isContainer ? index.entries[END]! : text.trimEnd().length;
  return { document, value, start, end, entry: isContainer ? 0 : -1, isRepeated: false, members: new Map() };
}

/** The exact text, without surrounding white space. */
export function textOf(part: JsonPart): string {
  return part.document.text.slice(part.start, part.end);
}

/** The length in UTF-8. */
export function bytesOf(part: JsonPart): number {
  part.bytes ??= Buffer.byteLength(textOf(part));
  return part.bytes;
}

/** A value as its sender wrote it. */
export interface ExactValue {
  readonly text: string;
  /** The length of the text in UTF-8. */
  readonly bytes: number;
  readonly value: unknown;
  /** Why it must be refused: see `problemsOf`. Found when it is read, so not of a value that is refused for its size. */
  readonly problems: readonly JsonProblem[];
}

export function exactOf(part: JsonPart): ExactValue {
  return {
    text: textOf(part),
    bytes: bytesOf(part),
    value: part.value,
    get problems() {
      return problemsOf(part);
    },
  };
}

/** The nesting: 0 for a scalar, 1 for `{}`. */
export function levelsOf(part: JsonPart): number {
  return part.entry < 0 ? 0 : infoOf(part) >> 1;
}

/** Why it must be refused: the first 20 problems, with paths from this part. */
export function problemsOf(part: JsonPart): readonly JsonProblem[] {
  part.problems ??= needsInspection(part) ? inspectJson(textOf(part), MAX_PROBLEMS) : [];
  return part.problems;
}

function needsInspection(part: JsonPart): boolean {
  if (part.entry < 0 || !part.document.isWellFormed) return true;
  return (infoOf(part) & 1) === 1 || levelsOf(part) > MAX_LEVELS;
}

function infoOf(part: JsonPart): number {
  return part.document.index.entries[part.entry * ENTRY_SIZE + INFO]!;
}
