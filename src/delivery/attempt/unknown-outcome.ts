import type { ClosedRequest } from '../../request-log/open-close.store';

/** The row of an attempt whose outcome nobody will ever know. */
export function unknownOutcome(id: string, now: Date, error: string): ClosedRequest {
  return {
    id,
    status: 'UNKNOWN',
    finishedAt: now,
    durationMs: null,
    responseStatus: null,
    responseHeaders: null,
    responseBody: null,
    responseBytes: null,
    responseTruncated: null,
    error,
    errorCode: 'PROCESS_DIED',
    remoteAddress: null,
  };
}
