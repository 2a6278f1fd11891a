/** The codes that clients may see in `extensions.code`. Every other error is a bug and is masked. */
export const ERROR_CODES = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'LIMIT_EXCEEDED',
  'UNAVAILABLE',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * An error that is an answer to a client, and no bug. Its stack names no place: `graphql` reads the stack of each error, and the first
 * one with a place in our sources reads the source map, which then keeps 50 MB of the process.
 */
abstract class Answer extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
    this.stack = `${name}: ${message}`;
  }
}

/** An error for the client. The message says what was wrong, with the value, and what is allowed. */
export class AppError extends Answer {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly field?: readonly string[],
    name = 'AppError',
  ) {
    super(name, message);
  }
}

/** The roles of the caller do not allow something. The audit trail records it. */
export class Denied extends AppError {
  constructor(
    /** `Type.field`, or the method and path of a route. */
    readonly what: string,
    message: string,
    field?: readonly string[],
  ) {
    super('FORBIDDEN', message, field, 'Denied');
  }
}

/** The caller comes from the auth cache and has changed since. Nothing was done: confirm the caller, and begin again. */
export class CallerChanged extends AppError {
  constructor() {
    const message = 'The API key or the session has changed at this moment. Send the request again.';
    super('UNAUTHENTICATED', message, undefined, 'CallerChanged');
  }
}

export const USER_ERROR_CODES = ['REQUIRED', 'INVALID', 'TOO_LARGE', 'CONFLICT', 'NOT_FOUND'] as const;

/** One fault in the values of an input. `field` is the path below `input`. */
export interface UserError {
  field: string[] | null;
  code: (typeof USER_ERROR_CODES)[number];
  message: string;
}

/** Thrown to refuse an input. The transaction rolls back, and the client receives the list as `userErrors`. */
export class InputError extends Answer {
  constructor(readonly errors: UserError[]) {
    super('InputError', errors.map((error) => error.message).join(' '));
  }
}

/** An InputError for one fault. @param field null: the input as a whole */
export function inputError(field: string[] | null, code: UserError['code'], message: string): InputError {
  return new InputError([{ field, code, message }]);
}

/** @returns what `work` returns. @throws InputError with the path of a part of the input before the fields of its faults */
export async function faultsBelow<Result>(path: readonly string[], work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.errors.map((fault) => ({ ...fault, field: [...path, ...(fault.field ?? [])] })));
  }
}

/** A value for quoting in a message: shortened, on one line. */
export function quoted(value: unknown): string {
  return shortened(typeof value === 'string' ? JSON.stringify(value) : String(value));
}

/** A text as a message shows it: at most 80 characters. */
export function shortened(text: string): string {
  return text.length > 80 ? `${cutAt(text, 77)}...` : text;
}

/** The beginning of a text. It never ends inside a surrogate pair. */
export function cutAt(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

// Rows that the database refused because of their time (migrations/7-write-once-and-partitions.sql): the clock of this
// process, or that of the database, was wrong by more than 10 minutes at that moment.

const CONSTRAINT = 'rows_are_in_time';

/** An error of the database, as the driver reports it. */
interface DatabaseFault {
  constraint?: string;
  message?: string;
}

let latest: { message: string; at: number } | null = null;

/** Called for each error of each session. */
export function noteRefusedRow({ constraint, message }: DatabaseFault): void {
  if (constraint === CONSTRAINT) latest = { message: String(message), at: performance.now() };
}

/** Why the latest row was refused, if that was within this time; null: none was. */
export function refusedRowWithin(ms: number): string | null {
  return latest !== null && performance.now() - latest.at <= ms ? latest.message : null;
}
