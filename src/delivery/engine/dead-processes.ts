// UNKNOWN: the outcome of an attempt was not recorded, so the partner may or may not have received it.

import { type ClosedRequest, closeRequests } from '../../request-log/open-close.store';
import { NOT_MEASURED } from '../../request-log/request-log.store';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { giveSlotsBack } from '../../webhooks/webhook-circuit.store';
import type { DueDelivery } from '../delivery.store';
import { forgetOpenRequests } from './attempt.store';

const PROCESS_DIED =
  'The outcome was not recorded: the process that made this attempt ended, or lost its database. It is tried again.';

/**
 * Closes the attempts that dead processes left open. A due delivery whose job is its own has no other running attempt: if one is
 * open, the lease of its process expired, and another process gave the delivery a job.
 */
export async function closeAttemptsOfDeadProcesses(db: Db, due: readonly DueDelivery[]): Promise<void> {
  const now = currentTime();
  const open = due.flatMap(({ id, webhookId, openRequestId }) =>
    openRequestId === null ? [] : [{ deliveryId: id, webhookId, requestId: openRequestId }],
  );
  await closeRequests(
    db,
    open.map(({ requestId }) => unknownOutcome(requestId, now, PROCESS_DIED)),
  );
  await forgetOpenRequests(
    db,
    open.map(({ deliveryId }) => deliveryId),
  );
  await giveSlotsBack(db, open);
}

/** The closed row of such an attempt. */
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
    ...NOT_MEASURED,
  };
}
