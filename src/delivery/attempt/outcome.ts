// After the call: what the answer means for the request row and for the delivery.

import { newId } from '../../ids';
import type { ClosedRequest } from '../../request-log/open-close.store';
import { madeStorable } from '../../text';
import type { Ordering } from '../../webhooks/webhook.entity';
import type { DeliveryStatus } from '../delivery.entity';
import type { SendResult } from '../http/send';
import type { NewJob } from '../queue/queue';
import { dueAt } from '../retry-schedule';
import type { Settlement } from './attempt.store';
import type { Attempt } from './open-attempts';
import { retryAfterMs } from './retry-after';
import { unknownOutcome } from './unknown-outcome';

export interface Outcome {
  attempt: Attempt;
  request: ClosedRequest;
  settlement: Settlement;
  nextJob: NewJob | null;
  /** Milliseconds that the partner asked to wait. */
  retryAfterMs: number | null;
}

/** 2xx delivers; anything else is tried again until the schedule of the webhook has no further attempt. */
export function outcomeOf(attempt: Attempt, result: SendResult, now: Date): Outcome {
  const request = closedRequest(attempt, result, now);
  if (result.errorCode === null) return finished(attempt, request, 'DELIVERED', now);
  return failed(attempt, request, now, retryAfterMs(result.retryAfter, now));
}

/** A bug of ours broke the attempt off: unknown, and by the schedule, so that it does not go round in circles. */
export function brokenOff(attempt: Attempt, now: Date): Outcome {
  const why =
    'Hookledger failed during this attempt, so nobody knows whether it arrived. It is tried as after a failure.';
  return failed(attempt, unknownOutcome(attempt.requestId, now, why), now, null);
}

/** Our process stops before the answer came: unknown, and another process tries again at once. */
export function abandoned(attempt: Attempt, now: Date): Outcome {
  const why = 'Hookledger was stopped before the partner answered. It is tried again.';
  const outcome = retried(attempt, unknownOutcome(attempt.requestId, now, why), now, null);
  // the partner did not fail, so the schedule loses no attempt
  return { ...outcome, settlement: { ...outcome.settlement, roundStart: attempt.delivery.roundStart + 1 } };
}

/** Instead of being tried again: somebody cancelled it, or archived its webhook. */
export function cancelled(outcome: Outcome): Outcome {
  return finished(outcome.attempt, outcome.request, 'CANCELLED', outcome.request.finishedAt);
}

/** By the ordering that its webhook asks for now: another one, or none, may have been set while it was on the wire. */
export function underOrdering(outcome: Outcome, ordering: Ordering | null): Outcome {
  const { settlement } = outcome;
  const stillBlocks = ordering === 'HOLD' || (ordering === 'SKIP' && settlement.status === 'RETRYING');
  return { ...outcome, settlement: { ...settlement, blocks: settlement.blocks && stillBlocks } };
}

/** Whether this says that the endpoint does not work. What never left us says nothing about it. */
export function isFailure({ request }: Outcome): boolean {
  return request.status === 'FAILED' && request.errorCode !== 'NOT_SENT';
}

function failed(attempt: Attempt, request: ClosedRequest, now: Date, asked: number | null): Outcome {
  const { delivery, webhook } = attempt;
  const due = delivery.test ? null : dueAt(attempt.attemptNumber - delivery.roundStart + 1, webhook.retrySchedule, now);
  if (!due) return { ...finished(attempt, request, 'EXHAUSTED', now), retryAfterMs: asked };
  const next = new Date(Math.max(due.getTime(), now.getTime() + (asked ?? 0)));
  return retried(attempt, request, next, asked);
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
  };
}

type Ending = Extract<DeliveryStatus, 'DELIVERED' | 'EXHAUSTED' | 'CANCELLED'>;

function finished(attempt: Attempt, request: ClosedRequest, ending: Ending, now: Date): Outcome {
  const { delivery, webhook } = attempt;
  const settlement: Settlement = {
    deliveryId: delivery.id,
    // what had arrived before it was replayed has arrived, however the replay ends
    status: delivery.deliveredAt === null ? ending : 'DELIVERED',
    nextAttemptAt: null,
    jobId: null,
    finishedAt: now,
    deliveredAt: delivery.deliveredAt ?? (ending === 'DELIVERED' ? now : null),
    roundStart: delivery.roundStart,
    blocks: delivery.blocks && ending === 'EXHAUSTED' && webhook.ordering === 'HOLD',
  };
  return { attempt, request, settlement, nextJob: null, retryAfterMs: null };
}

function retried(attempt: Attempt, request: ClosedRequest, at: Date, asked: number | null): Outcome {
  const { delivery } = attempt;
  const nextJob = { id: newId(), deliveryId: delivery.id, startAfter: at };
  const settlement: Settlement = {
    deliveryId: delivery.id,
    status: 'RETRYING',
    nextAttemptAt: at,
    jobId: nextJob.id,
    finishedAt: null,
    deliveredAt: delivery.deliveredAt,
    roundStart: delivery.roundStart,
    blocks: delivery.blocks,
  };
  return { attempt, request, settlement, nextJob, retryAfterMs: asked };
}
