// New deliveries whose first attempts are opened with them: the requests of these share most columns, and most others have the same
// value in each row. PostgreSQL keeps each array of a statement in a store of its own, so only what differs is sent, once.
import type { OpenRequest } from '../request-log/open-close.store';
import { columns, type RowCount } from '../sql/columns';
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
  ['createdAt', 'created_at', 'timestamptz'],
  ['openRequestId', 'open_request_id', 'uuid'],
  ['leaseId', 'lease_id', 'uuid'],
  ['sentHeaders', 'sent_headers', 'text'],
  ['secretId', 'secret_id', 'uuid'],
  ['startedAt', 'started_at', 'timestamptz'],
  ['contentSalt', 'content_salt', 'bytea'],
]);

/** @returns null: some deliveries have no request, and are written to other tables */
export function sentDeliveries(
  deliveries: readonly NewDelivery[],
  requests: readonly OpenRequest[],
): SentDelivery[] | null {
  const requestOf = new Map(requests.map((request) => [request.deliveryId, request]));
  const sent = deliveries.flatMap((delivery): SentDelivery[] => {
    const request = requestOf.get(delivery.id);
    if (!request || delivery.blocks) return [];
    const { headers: sentHeaders, secretId, startedAt, contentSalt } = request;
    return [{ ...delivery, sentHeaders, secretId, startedAt, contentSalt }];
  });
  return sent.length > 0 && sent.length === deliveries.length ? sent : null;
}

/**
 * WITH queries that insert them.
 * @param first the number of the first parameter, of SENT_DELIVERY
 * @param digest that of the payload `payload_id`
 */
export function insertSentSql(first: number, digest: string, count: RowCount = 'MANY'): string {
  return `sent as ${count === 'ONE' ? 'not materialized' : 'materialized'} (
      select * from ${SENT_DELIVERY.source(first, count)} as s (${SENT_DELIVERY.names})
    ), new_deliveries as (
      insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document, method, url,
        headers, payload_id, created_at, open_request_id, lease_id, status, attempts, held)
      select id, business_event_id, webhook_id, user_id, document_type, event, reference_document, method, url,
        headers, payload_id, created_at, open_request_id, lease_id, 'PENDING', 1, false from sent
    ), new_open as (
      insert into open_deliveries (id, webhook_id, document_type, status, held)
      select id, webhook_id, document_type, 'PENDING', false from sent
    ), opened as (
      insert into webhook_request_logs (id, webhook_id, direction, document_type, event, reference_document, business_event_id,
        delivery_id, user_id, attempt_number, method, url, headers, payload_id, secret_id, started_at, content_salt, status,
        duplicate, body_digest)
      select open_request_id, webhook_id, 'OUTGOING', document_type, event, reference_document, business_event_id,
        id, user_id, 1, method, url, sent_headers, payload_id, secret_id, started_at, content_salt, 'PENDING',
        false, ${digest} from sent
    )`;
}
