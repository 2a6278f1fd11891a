import { AppError, type ErrorCode } from '../../errors';

/** What `extensions.cost` says. */
export interface CostReport {
  /** Points of this request. */
  requested: number;
  /** The most that one request may cost. */
  limit: number;
  /** What the caller may still spend now; left out where nothing limits it. */
  remaining?: number;
  /** How fast that grows again, and the most that it can be. */
  perMinute?: number;
}

/** A request that is refused before it is run. */
export class Refusal extends AppError {
  constructor(
    code: ErrorCode,
    message: string,
    /** The HTTP status. */
    readonly status: number,
    readonly cost?: CostReport,
    /** Whole seconds, at least 1: when it may be sent again. */
    readonly retryAfter?: number,
  ) {
    super(code, message);
    this.name = 'Refusal';
  }
}

/** @param seconds when it may be sent again */
export function tooMany(message: string, seconds: number, cost?: CostReport): Refusal {
  const retryAfter = Math.max(1, Math.ceil(seconds));
  return new Refusal('LIMIT_EXCEEDED', `${message} Try again in ${retryAfter} s.`, 429, cost, retryAfter);
}
