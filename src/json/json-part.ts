// One value of a JSON document with its place in the text.
import { END, ENTRY_SIZE, INFO } from './json-index';
import { inspectJson, MAX_LEVELS } from './json-inspect';
import type { JsonProblem } from './json-problem';
import type { JsonDocument } from './json-text';

/** Further problems of one part would only lengthen the answer. */
const MAX_PROBLEMS = 20;

/** Stands before the element `step` of an array; `entry` is that of the next container. */
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
  /** In the document's index; -1 for what is no container. */
  readonly entry: number;
  /** Whether its key stood in the object before: then this is the last of them, as for JSON.parse. */
  readonly isRepeated: boolean;
  // What was found is kept: 500 events in one variable must not take 500 looks at all of its text.
  readonly members: Map<string | number, JsonPart | undefined>;
  reached?: JsonCursor;
  problems?: readonly JsonProblem[];
  bytes?: number;
}

/** The whole document as a part. */
export function rootOf(document: JsonDocument): JsonPart {
  const { text, value, index } = document;
  const isContainer = typeof value === 'object' && value !== null;
  const start = isContainer ? index.entries[0]! : text.length - text.trimStart().length;
  const end = isContainer ? index.entries[END]! : text.trimEnd().length;
  return { document, value, start, end, entry: isContainer ? 0 : -1, isRepeated: false, members: new Map() };
}

/** The exact text, without the space around it. */
export function textOf(part: JsonPart): string {
  return part.document.text.slice(part.start, part.end);
}

/** In UTF-8. */
export function bytesOf(part: JsonPart): number {
  part.bytes ??= Buffer.byteLength(textOf(part));
  return part.bytes;
}

/** How many containers lie in one another: 0 for a scalar, 1 for `{}`. */
export function levelsOf(part: JsonPart): number {
  return part.entry < 0 ? 0 : infoOf(part) >> 1;
}

/** What a ledger must refuse in it: the first 20, with paths from this part on. */
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
