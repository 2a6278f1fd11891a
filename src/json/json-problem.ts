import { AppError } from '../errors';

/** Something that JSON allows and a ledger must refuse, with the keys and indexes that lead to it. */
export interface JsonProblem {
  path: string[];
  message: string;
  /** It is too deep or too long; any other problem is of its kind, not of its size. */
  isTooLarge?: true;
}

const SHOWN_CHARACTERS = 60;
const FOUND_CHARACTERS = 20;

/** A value as it may stand in a message: never longer than a line, never half a character. */
export function shown(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text.toWellFormed() : `${text.slice(0, SHOWN_CHARACTERS).toWellFormed()}...`;
}

/** Names the place for a person (line and column from 1) and does not echo the text. */
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
