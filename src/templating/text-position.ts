import { cutAt } from '../errors';

/** A fault in a program that a person wrote: a sentence, and where. */
export interface ProgramFault {
  readonly message: string;
}

const SHOWN = 80;

/** "line 1, column 14" of an offset, both from 1. */
export function positionAt(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return `line ${before.split('\n').length}, column ${offset - lineStart + 1}`;
}

/** Where a text has a character that Postgres cannot keep, or null. */
export function unstorableAt(text: string): string | null {
  const offset = text.search(/[\0\p{Cs}]/u);
  if (offset < 0) return null;
  return `It has U+0000 or half of a surrogate pair at ${positionAt(text, offset)}, which cannot be kept.`;
}

/** A piece of a program as a message quotes it: on one line and short. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > SHOWN ? `${cutAt(line, SHOWN - 3)}...` : line;
}
