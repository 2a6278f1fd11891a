// Opens a row of the log before a call, and closes it once after the call.

import { columns } from '../sql/columns';
import { changedBy, type Db, statement } from '../sql/db';
import { andIdBetween, joinsByIndex } from '../sql/index-lookup';
import { TRACE_ID_SQL } from '../tracing/traceparent';
import { idBounds } from '../values/ids';
import { type RequestTiming, TIMING_COLUMNS } from './request-log.store';
import type { RequestErrorCode, RequestStatus } from './webhook-request-log.entity';

/** What a row of an attempt has when it is opened before the call, beside what it repeats of its delivery. */
export interface OpenRequest {
  id: string;
  deliveryId: string;
  attemptNumber: number;
  /** JSON array of pairs, in the order in which they are sent. Secret values are already replaced. */
  headers: string;
  payloadId: string;
  secretId: string | null;
  startedAt: Date;
  contentSalt: Buffer;
}

/** Columns that the row has of its source. */
const OPENED =
  'document_type, event, reference_document, business_event_id, webhook_id, delivery_id, user_id, attempt_number, method, url, ' +
  'payload_id, secret_id, started_at, test, replay_id, content_salt';

/**
 * Opens rows for attempts of deliveries: the only statement that does.
 * @param source has the columns of the deliveries, `traceparent` too, and `request_id`, `delivery_id`, `attempt_number`, `sent_headers`, `secret_id`,
 * `started_at`, `content_salt`
 * @param digest that of the payload `payload_id`
 */
export function openSql(source: string, digest: string): string {
  return `insert into webhook_request_logs (id, direction, headers, status, duplicate, body_digest, trace_id, ${OPENED})
    select request_id, 'OUTGOING', sent_headers, 'PENDING', false, ${digest}, ${TRACE_ID_SQL}, ${OPENED} from ${source}`;
}

/** The columns that are written when the row is closed. */
export interface ClosedRequest extends RequestTiming {
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

export const CLOSED_REQUEST = columns<ClosedRequest>([
  ['id', 'request_id', 'uuid'],
  ['status', 'outcome', 'text'],
  ['finishedAt', 'closed_at', 'timestamptz'],
  ['durationMs', 'duration_ms', 'integer'],
  ['responseStatus', 'response_status', 'integer'],
  ['responseHeaders', 'response_headers', 'text'],
  ['responseBody', 'response_body', 'bytea'],
  ['responseBytes', 'response_bytes', 'integer'],
  ['responseTruncated', 'response_truncated', 'boolean'],
  ['error', 'error', 'text'],
  ['errorCode', 'error_code', 'text'],
  ['remoteAddress', 'remote_address', 'text'],
  ...TIMING_COLUMNS,
]);

/**
 * What closing a successful request `r` sets, but its status. `c` is a source with these columns of CLOSED_REQUEST. No row ends before it
 * began: where the clock of the database was set back meanwhile, it could otherwise not be closed until that clock has its old time again.
 */
export const SET_ANSWER = `finished_at = greatest(c.closed_at, r.started_at), duration_ms = c.duration_ms,
    response_status = c.response_status, response_headers = c.response_headers, response_body = c.response_body,
    response_bytes = c.response_bytes, response_truncated = c.response_truncated, remote_address = c.remote_address,
    dns_ms = c.dns_ms, connect_ms = c.connect_ms, tls_ms = c.tls_ms, first_byte_ms = c.first_byte_ms`;

/** The beginning of a statement that closes rows. `c` is a source with the columns of CLOSED_REQUEST. */
export const CLOSE_SQL = `update webhook_request_logs as r set status = c.outcome, ${SET_ANSWER},
    error = c.error, error_code = c.error_code`;

/** Closes open rows. Rows that are already closed are not changed. @returns the number of rows closed */
export async function closeRequests(db: Db, requests: readonly ClosedRequest[]): Promise<number> {
  if (requests.length === 0) return 0;
  return changedBy(
    db,
    statement(`${CLOSE_SQL} from unnest(${CLOSED_REQUEST.arrays()}) as c (${CLOSED_REQUEST.names})
     where ${joinsByIndex('r.id', 'c.request_id')} and r.finished_at is null
       ${andIdBetween('r.id', CLOSED_REQUEST.length + 1)}`),
    [...CLOSED_REQUEST.valuesOf(requests), ...idBounds(requests.map(({ id }) => id))],
  );
}
