// After the call: what the answer means for the request row and for the delivery.
import { newId } from '../ids';
import type { ClosedRequest } from '../request-log/open-close.store';
import type { Settlement } from './delivery.store';
import { diedRequest } from './died-request';
import type { Attempt } from './open-attempts';
import type { NewJob } from './queue';
import { dueAt } from './retry-schedule';
import type { SendResult } from './send';

export interface Outcome {
  jobId: string;
  webhookId: string;
  request: ClosedRequest;
  settlement: Settlement;
  nextJob: NewJob | null;
}

/** 2xx delivers; anything else is tried again until the schedule of the webhook has no further attempt. */
export function outcomeOf(attempt: Attempt, result: SendResult, now: Date): Outcome {
  const request = closedRequest(attempt, result, now);
  return result.errorCode === null ? finished(attempt, request, 'DELIVERED', now) : failed(attempt, request, now);
}

/** A bug of ours broke the attempt off: unknown, and by the schedule, so that it does not go round in circles. */
export function brokenOff(attempt: Attempt, now: Date): Outcome {
  const why =
    'Hookledger failed during this attempt, so nobody knows whether it arrived. It is tried as after a failure.';
  return failed(attempt, diedRequest(attempt.requestId, now, why), now);
}

/** Our process stops before the answer came: unknown, and another process tries again at once. */
export function abandoned(attempt: Attempt, now: Date): Outcome {
  const why = 'Hookledger was stopped before the partner answered. It is tried again.';
  return retried(attempt, diedRequest(attempt.requestId, now, why), now);
}

/** Instead of being tried again: its webhook is archived. */
export function cancelled(outcome: Outcome): Outcome {
  const { settlement, request } = outcome;
  const end = { status: 'CANCELLED' as const, nextAttemptAt: null, jobId: null, finishedAt: request.finishedAt };
  return { ...outcome, nextJob: null, settlement: { ...settlement, ...end } };
}

function failed(attempt: Attempt, request: ClosedRequest, now: Date): Outcome {
  const next = dueAt(attempt.attemptNumber + 1, attempt.delivery.retrySchedule, now);
  return next ? retried(attempt, request, next) : finished(attempt, request, 'EXHAUSTED', now);
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
  return { jobId, webhookId: delivery.webhookId, request, settlement, nextJob: null };
}

function retried(attempt: Attempt, request: ClosedRequest, at: Date): Outcome {
  const { jobId, requestId, delivery } = attempt;
  const nextJob = { id: newId(), deliveryId: delivery.id, startAfter: at };
  const next = { status: 'RETRYING' as const, nextAttemptAt: at, jobId: nextJob.id, finishedAt: null };
  const settlement = { deliveryId: delivery.id, requestId, ...next };
  return { jobId, webhookId: delivery.webhookId, request, settlement, nextJob };
}
