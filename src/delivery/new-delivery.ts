import type { BusinessEventRow } from '../events/business-event.store';
import { newId, timeOfId } from '../ids';

/** What a new delivery has, whatever was decided about it. */
export function newDelivery(event: BusinessEventRow, webhookId: string) {
  const id = newId();
  return {
    id,
    businessEventId: event.id,
    webhookId,
    userId: event.userId,
    documentType: event.documentType,
    event: event.event,
    referenceDocument: event.referenceDocument,
    attempts: 0,
    openRequestId: null,
    leaseId: null,
    blocks: false,
    createdAt: timeOfId(id),
  };
}

/** What a delivery has in addition until its first attempt has ended. */
export const PENDING = { status: 'PENDING' as const, skipReason: null, skipMessage: null, finishedAt: null };
