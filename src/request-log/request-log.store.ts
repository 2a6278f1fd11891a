// Reads the log. Lists omit large columns: headers and responses are loaded only if they are selected.
import { unlessErased } from '../events/payload.store';
import { type Db, rowsOf, statement } from '../sql/db';
import type { Listing } from '../sql/listing';
import type { Direction } from '../webhooks/webhook.entity';
import type { RequestTiming } from './request-timing.store';
import type { RequestErrorCode, RequestStatus } from './webhook-request-log.entity';

export interface RequestRow extends RequestTiming {
  id: string;
  webhookId: string | null;
  direction: Direction;
  status: RequestStatus;
  documentType: string | null;
  event: string | null;
  referenceDocument: string | null;
  businessEventId: string | null;
  deliveryId: string | null;
  userId: string | null;
  attemptNumber: number;
  duplicate: boolean;
  test: boolean;
  replayId: string | null;
  method: string;
  url: string;
  /** null: there is none, or the content of the request was erased, while another row may still need the payload. */
  payloadId: string | null;
  /** INCOMING: the bytes as received, if they had a content encoding; null as above. */
  wirePayloadId: string | null;
  startedAt: Date;
  finishedAt: Date | null;
  durationMs: number | null;
  responseStatus: number | null;
  error: string | null;
  errorCode: RequestErrorCode | null;
  remoteAddress: string | null;
}

export const REQUEST_LOG = {
  table: 'webhook_request_logs',
  columns: `id, webhook_id as "webhookId", direction, status, document_type as "documentType", event,
    reference_document as "referenceDocument", business_event_id as "businessEventId", delivery_id as "deliveryId",
    user_id as "userId", attempt_number as "attemptNumber", duplicate, test, replay_id as "replayId", method, url,
    ${unlessErased('payload_id')} as "payloadId", ${unlessErased('wire_payload_id')} as "wirePayloadId",
    started_at as "startedAt", finished_at as "finishedAt", duration_ms as "durationMs",
    response_status as "responseStatus", error, error_code as "errorCode", remote_address as "remoteAddress",
    dns_ms as "dnsMs", connect_ms as "connectMs", tls_ms as "tlsMs", first_byte_ms as "firstByteMs"`,
};

/** The log in an order of its index. It lacks rows that are open or not indexed yet. */
export const ORDERED_REQUEST_LOG: Listing = {
  table: REQUEST_LOG.table,
  columns: `${REQUEST_LOG.columns}, took_ms as "tookMs"`,
  ordered: { table: 'request_index', values: { outcome: 'status', took_ms: 'coalesce(duration_ms, -1)' } },
};

export async function requestsById(db: Db, ids: readonly string[]): Promise<Map<string, RequestRow>> {
  const rows = await rowsOf<RequestRow>(
    db,
    `select ${REQUEST_LOG.columns} from webhook_request_logs where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Headers of the request and of the response, as JSON arrays of pairs. */
export interface RequestHeaders {
  id: string;
  headers: string | null;
  responseHeaders: string | null;
}

export async function requestHeadersById(db: Db, ids: readonly string[]): Promise<Map<string, RequestHeaders>> {
  const rows = await rowsOf<RequestHeaders>(
    db,
    statement(
      `select id, headers, response_headers as "responseHeaders" from webhook_request_logs where id = any($1::uuid[])`,
    ),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

export interface ResponseRow {
  id: string;
  body: Buffer | null;
  bytes: number | null;
  truncated: boolean | null;
  headers: string | null;
}

export async function responsesById(db: Db, ids: readonly string[]): Promise<Map<string, ResponseRow>> {
  const rows = await rowsOf<ResponseRow>(
    db,
    `select id, response_body as body, response_bytes as bytes, response_truncated as truncated,
       response_headers as headers
     from webhook_request_logs where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
