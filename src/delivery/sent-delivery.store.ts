// New deliveries whose first attempts are opened with them: the requests of these share most columns, and most others have the same
// value in each row. PostgreSQL keeps each array of a statement in a store of its own, so only what differs is sent, once. They have no
// ordering, so that they block no other.
import { type OpenRequest, openSql } from '../request-log/open-close.store';
import { columns } from '../sql/columns';
import type { NewDelivery } from './delivery.store';

/** A delivery and its request. */
export interface SentDelivery
  extends Pick<
    NewDelivery,
    | 'id'
    | 'businessEventId'
    | 'webhookId'
    | 'userId'
    | 'documentType'
    | 'event'
    | 'referenceDocument'
    | 'method'
    | 'url'
    | 'headers'
    | 'payloadId'
    | 'traceparent'
    | 'createdAt'
    | 'openRequestId'
    | 'leaseId'
  > {
  sentHeaders: string;
  secretId: string | null;
  startedAt: Date;
  contentSalt: Buffer;
}

export const SENT_DELIVERY = columns<SentDelivery>([
  ['id', 'id', 'uuid'],
  ['businessEventId', 'business_event_id', 'uuid'],
  ['webhookId', 'webhook_id', 'uuid'],
  ['userId', 'user_id', 'uuid'],
  ['documentType', 'document_type', 'text'],
  ['event', 'event', 'text'],
  ['referenceDocument', 'reference_document', 'text'],
  ['method', 'method', 'text'],
  ['url', 'url', 'text'],
  ['headers', 'headers', 'text'],
  ['payloadId', 'payload_id', 'uuid'],
  ['traceparent', 'traceparent', 'text'],
  ['createdAt', 'created_at', 'timestamptz'],
  ['openRequestId', 'open_request_id', 'uuid'],
  ['leaseId', 'lease_id', 'uuid'],
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
      insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document, method, url,
        headers, payload_id, traceparent, created_at, open_request_id, lease_id, status, attempts, held)
      select id, business_event_id, webhook_id, user_id, document_type, event, reference_document, method, url,
        headers, payload_id, traceparent, created_at, open_request_id, lease_id, 'PENDING', 1, false from sent
    ), sent_open as (
      insert into open_deliveries (id, webhook_id, document_type, status, held)
      select id, webhook_id, document_type, 'PENDING', false from sent
    ), opened as (${openSql(opened, digest)})`;
}
