// Writing the log: a row is opened before the call and closed once after it.
import { idBounds } from '../ids';
import { changedBy, type Db, statement } from '../sql/db';
import type { Direction } from '../webhooks/webhook.entity';
import type { RequestErrorCode, RequestStatus } from './webhook-request-log.entity';

/** What is known before the call. */
export interface OpenRequest {
  id: string;
  webhookId: string;
  direction: Direction;
  documentType: string;
  event: string;
  referenceDocument: string;
  businessEventId: string;
  deliveryId: string;
  userId: string;
  attemptNumber: number;
  method: string;
  url: string;
  /** JSON array of pairs in wire order; secret values are replaced by now. */
  headers: string;
  payloadId: string;
  secretId: string | null;
  startedAt: Date;
}

/** What is known after it. */
export interface ClosedRequest {
  id: string;
  status: Exclude<RequestStatus, 'PENDING'>;
  finishedAt: Date;
  durationMs: number | null;
  responseStatus: number | null;
  responseHeaders: string | null;
  responseBody: Buffer | null;
  responseBytes: number | null;
  responseTruncated: boolean | null;
  error: string | null;
  errorCode: RequestErrorCode | null;
  remoteAddress: string | null;
}

export async function openRequests(db: Db, requests: readonly OpenRequest[]): Promise<void> {
  if (requests.length === 0) return;
  await changedBy(
    db,
    statement(`insert into webhook_request_logs (id, webhook_id, direction, document_type, event, reference_document,
       business_event_id, delivery_id, user_id, attempt_number, method, url, headers, payload_id, secret_id, started_at,
       status, duplicate)
     select *, 'PENDING', false from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
       $7::uuid[], $8::uuid[], $9::uuid[], $10::integer[], $11::text[], $12::text[], $13::text[], $14::uuid[],
       $15::uuid[], $16::timestamptz[])`),
    columnsOf(requests, [
      'id',
      'webhookId',
      'direction',
      'documentType',
      'event',
      'referenceDocument',
      'businessEventId',
      'deliveryId',
      'userId',
      'attemptNumber',
      'method',
      'url',
      'headers',
      'payloadId',
      'secretId',
      'startedAt',
    ]),
  );
}

/** Closes open rows; a row that is closed already stays as it is. @returns how many were closed */
export async function closeRequests(db: Db, requests: readonly ClosedRequest[]): Promise<number> {
  if (requests.length === 0) return 0;
  return changedBy(
    db,
    statement(`update webhook_request_logs as r set status = c.status, finished_at = c.finished_at, duration_ms = c.duration_ms,
       response_status = c.response_status, response_headers = c.response_headers, response_body = c.response_body,
       response_bytes = c.response_bytes, response_truncated = c.response_truncated, error = c.error,
       error_code = c.error_code, remote_address = c.remote_address
     from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::integer[], $5::integer[], $6::text[], $7::bytea[],
       $8::integer[], $9::boolean[], $10::text[], $11::text[], $12::text[]) as c (id, status, finished_at, duration_ms,
       response_status, response_headers, response_body, response_bytes, response_truncated, error, error_code,
       remote_address)
     where r.id = c.id and r.id between $13::uuid and $14::uuid and r.finished_at is null`),
    [
      ...columnsOf(requests, [
        'id',
        'status',
        'finishedAt',
        'durationMs',
        'responseStatus',
        'responseHeaders',
        'responseBody',
        'responseBytes',
        'responseTruncated',
        'error',
        'errorCode',
        'remoteAddress',
      ]),
      ...idBounds(requests.map((request) => request.id)),
    ],
  );
}

function columnsOf<Row, Key extends keyof Row>(rows: readonly Row[], keys: readonly Key[]): Row[Key][][] {
  return keys.map((key) => rows.map((row) => row[key]));
}
