import { FANNED_OUT, type FannedOut, leaveOutboxSql } from '../../events/business-event.store';
import { insertPayloadsSql, NEW_PAYLOAD, type Payload } from '../../events/payload.store';
import { changedBy, type Db, statement } from '../../sql/db';
import { insertDeliveriesSql, NEW_DELIVERY, type NewDelivery } from '../delivery.store';

const AFTER_PAYLOADS = NEW_PAYLOAD.length + 1;
const LEAVE_OUTBOX = leaveOutboxSql(AFTER_PAYLOADS + NEW_DELIVERY.length);

/** Inserts payloads and deliveries, and takes the events out of the outbox, in one statement. */
export async function writeFanOut(
  db: Db,
  payloads: readonly Payload[],
  deliveries: readonly NewDelivery[],
  events: readonly FannedOut[],
  at: Date,
): Promise<void> {
  await changedBy(
    db,
    statement(`with new_payloads as (${insertPayloadsSql()}),
       ${insertDeliveriesSql(AFTER_PAYLOADS)}, ${LEAVE_OUTBOX.withQuery}
     ${LEAVE_OUTBOX.sql}`),
    [...NEW_PAYLOAD.valuesOf(payloads), ...NEW_DELIVERY.valuesOf(deliveries), ...FANNED_OUT.valuesOf(events), at],
  );
}
