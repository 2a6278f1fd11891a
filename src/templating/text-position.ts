import { cutAt } from '../errors/errors';
import { inspectJson } from '../json/json-rules';

/** A fault of a condition or template: a sentence with the position. */
export interface ProgramFault {
  readonly message: string;
  /** Where the text that a template made has the fault: only for those who see the document, because it shows how long values are. */
  readonly place?: string;
}

const SHOWN = 80;

/** An offset as "line 1, column 14". Both count from 1. */
export function positionAt(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return `line ${before.split('\n').length}, column ${offset - lineStart + 1}`;
}

export interface Position {
  line: number;
  column: number;
}

/** The position that the message of a fault names, as `positionAt` writes it; null: none. What a message quotes comes before it. */
export function positionIn(message: string): Position | null {
  const last = [...message.matchAll(/line (\d+), column (\d+)/g)].at(-1);
  return last ? { line: Number(last[1]), column: Number(last[2]) } : null;
}

/** The position of a character that PostgreSQL cannot store, as a message; null: there is none. */
export function unstorableAt(text: string): string | null {
  const offset = text.search(/[\0\p{Cs}]/u);
  if (offset < 0) return null;
  return `It has U+0000 or half of a surrogate pair at ${positionAt(text, offset)}, which cannot be kept.`;
}

/** A part of a text for quoting in a message: shortened, on one line. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > SHOWN ? `${cutAt(line, SHOWN - 3)}...` : line;
}

/** The position at which a text is not valid JSON, and the text there; null: it is valid. */
export function jsonFault(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch {
    return syntaxFault(text);
  }
}

function syntaxFault(text: string): string {
  try {
    inspectJson(text, 0);
    return 'The JSON cannot be read.';
  } catch (error) {
    return (error as Error).message;
  }
}
