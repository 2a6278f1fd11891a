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
import { type RequestStatus, WebhookRequestLogEntity } from '../request-log/webhook-request-log.entity';
import { columns, ofEntity } from '../sql/columns';
import { changedBy, type Db, rowsOf, statement } from '../sql/db';

const OF_CALL = [
  'id',
  'webhookId',
  'status',
  'documentType',
  'event',
  'referenceDocument',
  'businessEventId',
  'userId',
  'duplicate',
  'method',
  'url',
  'headers',
  'payloadId',
  'wirePayloadId',
  'secretId',
  'startedAt',
  'finishedAt',
  'durationMs',
  'responseStatus',
  'responseHeaders',
  'responseBody',
  'responseBytes',
  'error',
  'errorCode',
  'remoteAddress',
] as const;

export interface ReceivedRow extends Pick<WebhookRequestLogEntity, (typeof OF_CALL)[number]> {
  status: Extract<RequestStatus, 'SUCCEEDED' | 'REFUSED'>;
}

const RECEIVED = columns<ReceivedRow>(ofEntity(WebhookRequestLogEntity, OF_CALL));

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
