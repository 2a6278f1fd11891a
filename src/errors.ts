/** The codes that clients may see in `extensions.code`. Every other error is a bug and is masked. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'LIMIT_EXCEEDED'
  | 'UNAVAILABLE';

/** An error for the client. The message says what was wrong, with the value, and what is allowed. */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly field?: readonly string[],
  ) {
    super(message);
    this.name = 'AppError';
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
    super('FORBIDDEN', message, field);
    this.name = 'Denied';
  }
}

/** The caller comes from the auth cache and has changed since. Nothing was done: confirm the caller, and begin again. */
export class CallerChanged extends AppError {
  constructor() {
    super('UNAUTHENTICATED', 'The API key or the session has changed at this moment. Send the request again.');
    this.name = 'CallerChanged';
    // `graphql` reads the stack of each error, and the first one with a place in our sources reads the source map, which stays in memory;
    // this one happens in each process, and no caller gets it
    this.stack = `${this.name}: ${this.message}`;
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
export class InputError extends Error {
  constructor(readonly errors: UserError[]) {
    super(errors.map((error) => error.message).join(' '));
    this.name = 'InputError';
  }
}

/** A value for quoting in a message: shortened, on one line. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${cutAt(text, 77)}...` : text;
}

/** The beginning of a text. It never ends inside a surrogate pair. */
export function cutAt(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}
