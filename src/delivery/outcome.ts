// After the call: what the answer means for the request row and for the delivery.
import { newId } from '../ids';
import type { ClosedRequest } from '../request-log/open-close.store';
import type { Settlement } from './delivery.store';
import type { Attempt } from './open-attempts';
import type { NewJob } from './queue';
import { dueAt } from './retry-schedule';
import type { SendResult } from './send';

export interface Outcome {
  jobId: string;
  request: ClosedRequest;
  settlement: Settlement;
  nextJob: NewJob | null;
}

/** 2xx delivers; anything else is tried again until the schedule of the webhook has no further attempt. */
export function outcomeOf(attempt: Attempt, result: SendResult, now: Date): Outcome {
  const request = closedRequest(attempt, result, now);
  if (result.errorCode === null) return finished(attempt, request, 'DELIVERED', now);
  const next = dueAt(attempt.attemptNumber + 1, attempt.delivery.retrySchedule, now);
  return next ? retried(attempt, request, next) : finished(attempt, request, 'EXHAUSTED', now);
}

/** Our process stops before the answer came: unknown, and another process tries again at once. */
export function abandoned(attempt: Attempt, now: Date): Outcome {
  const why = 'Hookledger was stopped before the partner answered. It is tried again.';
  return retried(attempt, diedRequest(attempt.requestId, now, why), now);
}

/** The row of an attempt whose outcome nobody will ever know. */
export function diedRequest(id: string, now: Date, error: string): ClosedRequest {
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

function closedRequest(attempt: Attempt, result: SendResult, now: Date): ClosedRequest {
  return {
    id: attempt.requestId,
    status: result.errorCode === null ? 'SUCCEEDED' : 'FAILED',
    finishedAt: now,
    durationMs: result.durationMs,
    responseStatus: result.responseStatus,
    responseHeaders: result.responseHeaders && JSON.stringify(result.responseHeaders),
    responseBody: result.responseBody,
    responseBytes: result.responseBytes,
    responseTruncated: result.responseTruncated,
    error: storable(result.error),
    errorCode: result.errorCode,
    remoteAddress: result.remoteAddress,
  };
}

// error sentences may quote what a partner sent
function storable(text: string | null): string | null {
  return text === null ? null : text.toWellFormed().replaceAll('\u0000', '\ufffd');
}

function finished(attempt: Attempt, request: ClosedRequest, status: 'DELIVERED' | 'EXHAUSTED', now: Date): Outcome {
  const { jobId, requestId, delivery } = attempt;
  const settlement = { deliveryId: delivery.id, requestId, status, nextAttemptAt: null, jobId: null, finishedAt: now };
  return { jobId, request, settlement, nextJob: null };
}

function retried(attempt: Attempt, request: ClosedRequest, at: Date): Outcome {
  const { jobId, requestId, delivery } = attempt;
  const nextJob = { id: newId(), deliveryId: delivery.id, startAfter: at };
  const next = { status: 'RETRYING' as const, nextAttemptAt: at, jobId: nextJob.id, finishedAt: null };
  return { jobId, request, settlement: { deliveryId: delivery.id, requestId, ...next }, nextJob };
}
