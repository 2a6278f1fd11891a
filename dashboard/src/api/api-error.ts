/** A request that got no data: refused, failed, or never answered. */
export class ApiError extends Error {
  override name = 'ApiError';
  constructor(
    /** `extensions.code` of the API; OFFLINE without a connection, UNREADABLE for an answer that is not one of the API. */
    readonly code: string,
    message: string,
    readonly details: { status?: number; requestId?: string | null; retryAfterSeconds?: number | null } = {},
  ) {
    super(message);
  }
}

/** A fault at one path of an answer whose other parts are there. */
export interface FieldFault {
  message: string;
  path?: readonly (string | number)[];
  extensions?: { code?: string; retryAfterSeconds?: number; requestId?: string };
}

/** The faults at this path or below it, such as `['webhook', 'versions']`. */
export function faultsAt(faults: readonly FieldFault[], path: readonly (string | number)[]): FieldFault[] {
  return faults.filter((fault) => path.every((step, index) => fault.path?.[index] === step));
}
