import { AppError } from '../../src/errors/errors';
import { type JsonPart, memberOf, rootOf } from '../../src/json/json-part';
import { readJsonText } from '../../src/json/json-text';

export function read(text: string): JsonPart {
  return rootOf(readJsonText(text));
}

export function at(part: JsonPart, ...path: (string | number)[]): JsonPart {
  return path.reduce((inner: JsonPart, step) => memberOf(inner, step)!, part);
}

export function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

/** null where the text is JSON. */
export function syntaxErrorOf(text: string): string | null {
  try {
    readJsonText(text);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('BAD_USER_INPUT');
    return (error as AppError).message;
  }
  return null;
}
