/** The codes a caller may see in `extensions.code`; everything else is a bug and is masked. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'LIMIT_EXCEEDED'
  | 'UNAVAILABLE';

/** An error made for the caller: the message says what was wrong, with the value, and what would be right. */
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

export const USER_ERROR_CODES = ['REQUIRED', 'INVALID', 'TOO_LARGE', 'CONFLICT', 'NOT_FOUND'] as const;

/** One fault of an input's values; `field` is the path below `input`. */
export interface UserError {
  field: string[] | null;
  code: (typeof USER_ERROR_CODES)[number];
  message: string;
}

/** Thrown by rules to refuse an input: the transaction rolls back and the caller gets the list as `userErrors`. */
export class InputError extends Error {
  constructor(readonly errors: UserError[]) {
    super(errors.map((error) => error.message).join(' '));
    this.name = 'InputError';
  }
}

/** A value as a message may quote it: short, on one line. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${cutAt(text, 77)}...` : text;
}

/** The beginning of a text, which ends with a whole character. */
export function cutAt(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}
