import { AppError, type ErrorCode } from '../../errors';

/** The content of `extensions.cost`. */
export interface CostReport {
  /** Points of this request. */
  requested: number;
  /** The most that one request may cost. */
  limit: number;
  /** Points that the caller may still spend now; absent without a limit. */
  remaining?: number;
  /** Points that `remaining` gains a minute, and its maximum. */
  perMinute?: number;
}

/** A request is refused before it runs. */
export class Refusal extends AppError {
  constructor(
    code: ErrorCode,
    message: string,
    /** The HTTP status. */
    readonly status: number,
    readonly cost?: CostReport,
    /** Whole seconds, at least 1, after which it may be sent again. */
    readonly retryAfter?: number,
  ) {
    super(code, message, undefined, 'Refusal');
  }
}

/** @param seconds after which it may be sent again */
export function tooMany(message: string, seconds: number, cost?: CostReport): Refusal {
  const retryAfter = Math.max(1, Math.ceil(seconds));
  return new Refusal('LIMIT_EXCEEDED', `${message} Try again in ${retryAfter} s.`, 429, cost, retryAfter);
}
