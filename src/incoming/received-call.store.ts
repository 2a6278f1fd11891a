// Records received calls and the events that they become. Their rows are inserted closed.
import {
  EVENT_PARAMETERS,
  eventValues,
  fillOutboxSql,
  idsOfWaiting,
  insertEventsSql,
  type NewEventRow,
} from '../events/business-event.store';
import { digestOfNew, NEW_PAYLOAD, type Payload, WITH_NEW_PAYLOADS } from '../events/payload.store';
import type { RequestErrorCode, RequestStatus } from '../request-log/webhook-request-log.entity';
import { columns } from '../sql/columns';
import { changedBy, type Db, rowsOf, statement } from '../sql/db';

export interface ReceivedRow {
  id: string;
  webhookId: string;
  status: Extract<RequestStatus, 'SUCCEEDED' | 'REFUSED'>;
  documentType: string | null;
  event: string | null;
  referenceDocument: string | null;
  businessEventId: string | null;
  userId: string | null;
  duplicate: boolean;
  method: string;
  url: string;
  headers: string;
  payloadId: string;
  wirePayloadId: string | null;
  secretId: string | null;
  startedAt: Date;
  finishedAt: Date;
  durationMs: number;
  responseStatus: number | null;
  responseHeaders: string | null;
  responseBody: Buffer | null;
  responseBytes: number | null;
  error: string | null;
  errorCode: RequestErrorCode | null;
  remoteAddress: string | null;
}

const RECEIVED = columns<ReceivedRow>([
  ['id', 'id', 'uuid'],
  ['webhookId', 'webhook_id', 'uuid'],
  ['status', 'status', 'text'],
  ['documentType', 'document_type', 'text'],
  ['event', 'event', 'text'],
  ['referenceDocument', 'reference_document', 'text'],
  ['businessEventId', 'business_event_id', 'uuid'],
  ['userId', 'user_id', 'uuid'],
  ['duplicate', 'duplicate', 'boolean'],
  ['method', 'method', 'text'],
  ['url', 'url', 'text'],
  ['headers', 'headers', 'text'],
  ['payloadId', 'payload_id', 'uuid'],
  ['wirePayloadId', 'wire_payload_id', 'uuid'],
  ['secretId', 'secret_id', 'uuid'],
  ['startedAt', 'started_at', 'timestamptz'],
  ['finishedAt', 'finished_at', 'timestamptz'],
  ['durationMs', 'duration_ms', 'integer'],
  ['responseStatus', 'response_status', 'integer'],
  ['responseHeaders', 'response_headers', 'text'],
  ['responseBody', 'response_body', 'bytea'],
  ['responseBytes', 'response_bytes', 'integer'],
  ['error', 'error', 'text'],
  ['errorCode', 'error_code', 'text'],
  ['remoteAddress', 'remote_address', 'text'],
]);

const AFTER_PAYLOADS = NEW_PAYLOAD.length + 1;
const AFTER_EVENTS = AFTER_PAYLOADS + EVENT_PARAMETERS;
const WAITING = AFTER_EVENTS + RECEIVED.length;

/** Inserts everything in one statement. */
export async function insertReceived(
  db: Db,
  payloads: readonly Payload[],
  events: readonly NewEventRow[],
  rows: readonly ReceivedRow[],
): Promise<void> {
  await changedBy(
    db,
    statement(`${WITH_NEW_PAYLOADS},
       new_events as (${insertEventsSql(AFTER_PAYLOADS)}), waiting as (${fillOutboxSql(WAITING)})
     insert into webhook_request_logs (${RECEIVED.names}, direction, attempt_number, response_truncated, body_digest,
       wire_body_digest)
     select c.*, 'INCOMING', 1, false, ${digestOfNew('c.payload_id')}, ${digestOfNew('c.wire_payload_id')}
     from unnest(${RECEIVED.arrays(AFTER_EVENTS)}) as c (${RECEIVED.names})`),
    [...NEW_PAYLOAD.valuesOf(payloads), ...eventValues(events), ...RECEIVED.valuesOf(rows), idsOfWaiting(events)],
  );
}

/** A call that may be repeated, and the event that it became. */
export interface FirstCall {
  webhookId: string;
  requestId: string;
  businessEventId: string | null;
}

/** A hash that identifies a call: of its id or of its content. */
export interface CallClaim extends FirstCall {
  idHash: Buffer;
}

const CLAIM = columns<CallClaim>([
  ['webhookId', 'webhook_id', 'uuid'],
  ['idHash', 'id_hash', 'bytea'],
  ['requestId', 'request_id', 'uuid'],
  ['businessEventId', 'business_event_id', 'uuid'],
]);

/**
 * Claims these ids for their calls. Waits for a concurrent transaction that claims one of them.
 * @param claims each id once, always in the same order, so that two transactions with the same ids do not deadlock
 * @returns the call of each id, which is an earlier call when the id was already claimed
 */
export async function claimCallIds(db: Db, claims: readonly CallClaim[], at: Date): Promise<readonly CallClaim[]> {
  const claimed = await changedBy(
    db,
    statement(`insert into incoming_ids (${CLAIM.names}, created_at)
     select *, $${CLAIM.length + 1}::timestamptz from unnest(${CLAIM.arrays()})
     on conflict (webhook_id, id_hash) do nothing`),
    [...CLAIM.valuesOf(claims), at],
  );
  return claimed === claims.length ? claims : holdersOf(db, claims);
}

function holdersOf(db: Db, claims: readonly CallClaim[]): Promise<CallClaim[]> {
  return rowsOf<CallClaim>(
    db,
    statement(`select i.webhook_id as "webhookId", i.id_hash as "idHash", i.request_id as "requestId",
       i.business_event_id as "businessEventId"
     from unnest($1::uuid[], $2::bytea[]) as c (webhook_id, id_hash)
     join incoming_ids i on i.webhook_id = c.webhook_id and i.id_hash = c.id_hash`),
    [claims.map((claim) => claim.webhookId), claims.map((claim) => claim.idHash)],
  );
}

/** Changes ids that this transaction claimed to point to an earlier call. */
export async function redirectCallIds(db: Db, claims: readonly CallClaim[]): Promise<void> {
  await changedBy(
    db,
    statement(`update incoming_ids i set request_id = c.request_id, business_event_id = c.business_event_id
     from unnest(${CLAIM.arrays()}) as c (${CLAIM.names})
     where i.webhook_id = c.webhook_id and i.id_hash = c.id_hash`),
    CLAIM.valuesOf(claims),
  );
}
