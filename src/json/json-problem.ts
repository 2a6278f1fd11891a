import { AppError } from '../errors';

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
