// Opens a row of the log before a call, and closes it once after the call.

import { columnOf, columns, ofEntity } from '../sql/columns';
import { changedBy, type Db, statement } from '../sql/db';
import { andIdBetween, joinsByIndex } from '../sql/index-lookup';
import { TRACE_ID_SQL } from '../tracing/traceparent';
import { idBounds } from '../values/ids';
import { type RequestStatus, WebhookRequestLogEntity } from './webhook-request-log.entity';

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

/** What a call writes to its row when it succeeded, beside the time of its end. */
const ANSWER = [
  'durationMs',
  'responseStatus',
  'responseHeaders',
  'responseBody',
  'responseBytes',
  'responseTruncated',
  'remoteAddress',
  'dnsMs',
  'connectMs',
  'tlsMs',
  'firstByteMs',
] as const;

/** What is written when the row of a successful call is closed. */
export interface AnsweredRequest extends Pick<WebhookRequestLogEntity, (typeof ANSWER)[number]> {
  id: string;
  finishedAt: Date;
}

/** What is written when a row is closed. */
export interface ClosedRequest extends AnsweredRequest, Pick<WebhookRequestLogEntity, 'error' | 'errorCode'> {
  status: Exclude<RequestStatus, 'PENDING'>;
}

export const ANSWERED_COLUMNS = [
  ['id', 'request_id', 'uuid'],
  ['finishedAt', 'closed_at', 'timestamptz'],
  ...ofEntity(WebhookRequestLogEntity, ANSWER),
] as const;

export const CLOSED_REQUEST = columns<ClosedRequest>([
  ['status', 'outcome', 'text'],
  ...ANSWERED_COLUMNS,
  ...ofEntity(WebhookRequestLogEntity, ['error', 'errorCode']),
]);

/**
 * What closing a successful request `r` sets, but its status. `c` is a source with ANSWERED_COLUMNS. No row ends before it
 * began: where the clock of the database was set back meanwhile, it could otherwise not be closed until that clock has its old time again.
 */
export const SET_ANSWER = `finished_at = greatest(c.closed_at, r.started_at), ${ANSWER.map(columnOf)
  .map((name) => `${name} = c.${name}`)
  .join(', ')}`;

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
