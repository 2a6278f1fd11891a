// Opens a row of the log before a call, and closes it once after the call.
import { digestOfAny } from '../events/payload.store';
import { idBounds } from '../ids';
import { columns } from '../sql/columns';
import { changedBy, type Db, statement } from '../sql/db';
import { andIdBetween, joinsByIndex } from '../sql/index-lookup';
import type { Direction } from '../webhooks/webhook.entity';
import { type RequestTiming, TIMING_COLUMNS } from './request-timing.store';
import type { RequestErrorCode, RequestStatus } from './webhook-request-log.entity';

/** A row as it is opened before the call. */
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
  /** JSON array of pairs, in the order in which they are sent. Secret values are already replaced. */
  headers: string;
  payloadId: string;
  secretId: string | null;
  startedAt: Date;
  test: boolean;
  replayId: string | null;
  contentSalt: Buffer;
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

const OPEN_REQUEST = columns<OpenRequest>([
  ['id', 'id', 'uuid'],
  ['webhookId', 'webhook_id', 'uuid'],
  ['direction', 'direction', 'text'],
  ['documentType', 'document_type', 'text'],
  ['event', 'event', 'text'],
  ['referenceDocument', 'reference_document', 'text'],
  ['businessEventId', 'business_event_id', 'uuid'],
  ['deliveryId', 'delivery_id', 'uuid'],
  ['userId', 'user_id', 'uuid'],
  ['attemptNumber', 'attempt_number', 'integer'],
  ['method', 'method', 'text'],
  ['url', 'url', 'text'],
  ['headers', 'headers', 'text'],
  ['payloadId', 'payload_id', 'uuid'],
  ['secretId', 'secret_id', 'uuid'],
  ['startedAt', 'started_at', 'timestamptz'],
  ['test', 'test', 'boolean'],
  ['replayId', 'replay_id', 'uuid'],
  ['contentSalt', 'content_salt', 'bytea'],
]);

/** How many parameters `openSql` takes. */
export const OPEN_PARAMETERS = OPEN_REQUEST.length + 2;

/** The values of the parameters of `openSql`. */
export function openValues(requests: readonly OpenRequest[]): unknown[] {
  return [...OPEN_REQUEST.valuesOf(requests), ...idBounds(requests.map(({ payloadId }) => payloadId))];
}

/**
 * Opens rows, in a statement that begins with WITH_NEW_PAYLOADS: the table does not show them yet. Its parameters are those of
 * `openValues`.
 * @param first the number of the first one
 */
export function openSql(first: number): string {
  return `insert into webhook_request_logs (${OPEN_REQUEST.names}, status, duplicate, body_digest)
    select o.*, 'PENDING', false, ${digestOfAny('o.payload_id', first + OPEN_REQUEST.length)}
    from unnest(${OPEN_REQUEST.arrays(first)}) as o (${OPEN_REQUEST.names})`;
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
