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
