// New deliveries whose first attempts are opened with them: the requests of these share most columns, and most others have the same
// value in each row. PostgreSQL keeps each array of a statement in a store of its own, so only what differs is sent, once. They have no
// ordering, so that they block no other.
import { type OpenRequest, openSql } from '../request-log/open-close.store';
import { columns, ofEntity } from '../sql/columns';
import { DeliveryEntity } from './delivery.entity';
import type { NewDelivery } from './delivery.store';

const OF_DELIVERY = [
  'id',
  'businessEventId',
  'webhookId',
  'userId',
  'documentType',
  'event',
  'referenceDocument',
  'method',
  'url',
  'headers',
  'payloadId',
  'traceparent',
  'createdAt',
  'openRequestId',
  'leaseId',
] as const;

/** A delivery and its request. */
export interface SentDelivery
  extends Pick<NewDelivery, (typeof OF_DELIVERY)[number]>,
    Pick<OpenRequest, 'secretId' | 'startedAt' | 'contentSalt'> {
  sentHeaders: string;
}

const DELIVERY = ofEntity(DeliveryEntity, OF_DELIVERY);
const { names: DELIVERY_NAMES } = columns<Pick<NewDelivery, (typeof OF_DELIVERY)[number]>>(DELIVERY);

export const SENT_DELIVERY = columns<SentDelivery>([
  ...DELIVERY,
  ['sentHeaders', 'sent_headers', 'text'],
  ['secretId', 'secret_id', 'uuid'],
  ['startedAt', 'started_at', 'timestamptz'],
  ['contentSalt', 'content_salt', 'bytea'],
]);

/** Divides new deliveries into those whose first attempts are opened with them, and the others. */
export function divideSent(
  deliveries: readonly NewDelivery[],
  requests: readonly OpenRequest[],
): { sent: SentDelivery[]; others: NewDelivery[] } {
  const requestOf = new Map(requests.map((request) => [request.deliveryId, request]));
  const sent: SentDelivery[] = [];
  const others: NewDelivery[] = [];
  for (const delivery of deliveries) {
    const request = requestOf.get(delivery.id);
    if (!request) others.push(delivery);
    else {
      const { headers: sentHeaders, secretId, startedAt, contentSalt } = request;
      sent.push({ ...delivery, sentHeaders, secretId, startedAt, contentSalt });
    }
  }
  return { sent, others };
}

/**
 * WITH queries that insert them.
 * @param first the number of the first parameter, of SENT_DELIVERY
 * @param digest that of the payload `payload_id`
 */
export function insertSentSql(first: number, digest: string): string {
  const opened = `(select *, open_request_id as request_id, id as delivery_id, 1 as attempt_number, false as test, null::uuid as replay_id
      from sent) as s`;
  return `sent as materialized (
      select * from ${SENT_DELIVERY.source(first)} as s (${SENT_DELIVERY.names})
    ), sent_deliveries as (
      insert into deliveries (${DELIVERY_NAMES}, status, attempts, held)
      select ${DELIVERY_NAMES}, 'PENDING', 1, false from sent
    ), sent_open as (
      insert into open_deliveries (id, webhook_id, document_type, status, held)
      select id, webhook_id, document_type, 'PENDING', false from sent
    ), opened as (${openSql(opened, digest)})`;
}
