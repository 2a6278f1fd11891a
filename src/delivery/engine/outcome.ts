// The outcome of an attempt: how its request row is closed, and how its delivery changes.

import type { ClosedRequest } from '../../request-log/open-close.store';
import { newId } from '../../values/ids';
import { madeStorable } from '../../values/text';
import type { Ordering } from '../../webhooks/webhook.entity';
import type { DeliveryStatus } from '../delivery.entity';
import type { SendResult } from '../http/send';
import type { NewJob } from '../queue/queue.store';
import { dueAt, retryAfterMs } from '../retry-schedule';
import type { Attempt } from './attempt';
import type { DeliveryUpdate } from './attempt.store';
import { unknownOutcome } from './dead-processes';

export interface Outcome {
  attempt: Attempt;
  request: ClosedRequest;
  deliveryUpdate: DeliveryUpdate;
  nextJob: NewJob | null;
  /** The wait that the partner requested (`Retry-After`), in milliseconds. */
  retryAfterMs: number | null;
}

/**
 * A response without an error (http/response-status.ts) is success. Anything else is retried until the schedule of the webhook has
 * no further attempt.
 */
export function outcomeOf(attempt: Attempt, result: SendResult, now: Date): Outcome {
  const request = closedRequest(attempt, result, now);
  if (result.errorCode === null) return finished(attempt, request, 'DELIVERED', now);
  return failed(attempt, request, now, retryAfterMs(result.retryAfter, now));
}

/** An error in Hookledger ended the attempt: UNKNOWN, and retried by the schedule, so that it is not repeated endlessly. */
export function internalError(attempt: Attempt, now: Date): Outcome {
  const why =
    'An internal error of Hookledger ended this attempt. Whether it arrived is unknown. It is retried as after a failure.';
  return failed(attempt, unknownOutcome(attempt.requestId, now, why), now, null);
}

/** This process stops before the response arrived: UNKNOWN, and another process retries at once. */
export function abandoned(attempt: Attempt, now: Date): Outcome {
  const why = 'Hookledger was stopped before the partner answered. It is tried again.';
  return uncounted(retried(attempt, unknownOutcome(attempt.requestId, now, why), now, null));
}

/** This process stops before it sent the request, or lost its database: another process sends it at once. */
export function handedBack(attempt: Attempt, now: Date): Outcome {
  const request: ClosedRequest = {
    ...unknownOutcome(attempt.requestId, now, ''),
    status: 'FAILED',
    errorCode: 'NOT_SENT',
    error: 'Nothing was sent: this process stopped, or lost its database, before. It is tried again.',
  };
  return uncounted(retried(attempt, request, now, null));
}

// The partner did not fail, so the attempt does not count in the schedule.
function uncounted(outcome: Outcome): Outcome {
  const { delivery } = outcome.attempt;
  return { ...outcome, deliveryUpdate: { ...outcome.deliveryUpdate, roundStart: delivery.roundStart + 1 } };
}

/** The delivery was cancelled, or its webhook archived: it is not retried. */
export function cancelled(outcome: Outcome): Outcome {
  return finished(outcome.attempt, outcome.request, 'CANCELLED', outcome.request.finishedAt);
}

/** Applies the current ordering of the webhook, which may have changed while the attempt was on the wire. */
export function underOrdering(outcome: Outcome, ordering: Ordering | null): Outcome {
  const { deliveryUpdate } = outcome;
  const stillBlocks = ordering === 'HOLD' || (ordering === 'SKIP' && deliveryUpdate.status === 'RETRYING');
  return { ...outcome, deliveryUpdate: { ...deliveryUpdate, blocks: deliveryUpdate.blocks && stillBlocks } };
}

/** The id of its webhook. */
export function webhookOf({ attempt }: Outcome): string {
  return attempt.webhook.id;
}

/** Whether the outcome shows that the endpoint does not work. A request that was not sent shows nothing. */
export function isFailure({ request }: Outcome): boolean {
  return request.status === 'FAILED' && request.errorCode !== 'NOT_SENT';
}

function failed(attempt: Attempt, request: ClosedRequest, now: Date, requestedMs: number | null): Outcome {
  const { delivery, webhook } = attempt;
  const due = delivery.test ? null : dueAt(attempt.attemptNumber - delivery.roundStart + 1, webhook.retrySchedule, now);
  if (!due) return { ...finished(attempt, request, 'EXHAUSTED', now), retryAfterMs: requestedMs };
  const next = new Date(Math.max(due.getTime(), now.getTime() + (requestedMs ?? 0)));
  return retried(attempt, request, next, requestedMs);
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
    // the sentence may quote what a partner sent
    error: result.error && madeStorable(result.error),
    errorCode: result.errorCode,
    remoteAddress: result.remoteAddress,
    dnsMs: result.dnsMs,
    connectMs: result.connectMs,
    tlsMs: result.tlsMs,
    firstByteMs: result.firstByteMs,
  };
}

type FinalStatus = Extract<DeliveryStatus, 'DELIVERED' | 'EXHAUSTED' | 'CANCELLED'>;

function finished(attempt: Attempt, request: ClosedRequest, status: FinalStatus, now: Date): Outcome {
  const { delivery, webhook } = attempt;
  const deliveryUpdate: DeliveryUpdate = {
    deliveryId: delivery.id,
    // a delivery that was delivered before it was replayed stays DELIVERED
    status: delivery.deliveredAt === null ? status : 'DELIVERED',
    nextAttemptAt: null,
    jobId: null,
    finishedAt: now,
    deliveredAt: delivery.deliveredAt ?? (status === 'DELIVERED' ? now : null),
    roundStart: delivery.roundStart,
    blocks: delivery.blocks && status === 'EXHAUSTED' && webhook.ordering === 'HOLD',
  };
  return { attempt, request, deliveryUpdate, nextJob: null, retryAfterMs: null };
}

function retried(attempt: Attempt, request: ClosedRequest, at: Date, requestedMs: number | null): Outcome {
  const { delivery } = attempt;
  const nextJob = { id: newId(), deliveryId: delivery.id, dueAt: at };
  const deliveryUpdate: DeliveryUpdate = {
    deliveryId: delivery.id,
    status: 'RETRYING',
    nextAttemptAt: at,
    jobId: nextJob.id,
    finishedAt: null,
    deliveredAt: delivery.deliveredAt,
    roundStart: delivery.roundStart,
    blocks: delivery.blocks,
  };
  return { attempt, request, deliveryUpdate, nextJob, retryAfterMs: requestedMs };
}
