import { idBounds } from '../ids';
import { newSalt } from '../random';
import { columns, type RowCount } from '../sql/columns';
import { changedBy, type Db, rowsOf, statement } from '../sql/db';
import { type HashPart, isInPartSql } from '../sql/hash-part';
import { andIdBetween, BYTES_BEFORE, equalsByIndex, joinsByIndex } from '../sql/index-lookup';
import { insertKeysSql, NEW_KEY, type NewKey } from './idempotency-key.store';
import { digestOfNew, NEW_PAYLOAD, type Payload, WITH_NEW_PAYLOADS } from './payload.store';

export interface BusinessEventRow {
  id: string;
  documentType: string;
  event: string;
  referenceDocument: string;
  payloadId: string;
  /** Whether its content was erased; a request may still need the payload. */
  isErased: boolean;
  /** Whether the payload is what webhooks get of the event by default, with the document in it: see envelope.ts. */
  enveloped: boolean;
  userId: string;
  publishedBy: string;
  idempotencyKey: string | null;
  createdAt: Date;
  fannedOutAt: Date | null;
  wantedBy: number | null;
  /** The delivery that caused the event. */
  causedBy: string | null;
  /** The webhooks whose deliveries led to the event, oldest first, at most 16. */
  causePath: string[];
  /** The received call that the event was made from. */
  requestId: string | null;
  /** The only webhooks that the event is delivered to; null: all that match. */
  directedTo: string[] | null;
}

export const BUSINESS_EVENTS = {
  table: 'business_events',
  columns: `id, document_type as "documentType", event, reference_document as "referenceDocument",
    payload_id as "payloadId", erasure_id is not null as "isErased", enveloped, user_id as "userId", published_by as "publishedBy",
    idempotency_key as "idempotencyKey", created_at as "createdAt", fanned_out_at as "fannedOutAt",
    wanted_by as "wantedBy", caused_by as "causedBy", cause_path as "causePath",
    request_id as "requestId", directed_to as "directedTo"`,
};

export interface NewEventRow extends Omit<BusinessEventRow, 'isErased' | 'fannedOutAt' | 'wantedBy'> {
  /** If its deliveries are made with it: when, and for how many webhooks. Other events go to the outbox. */
  fannedOut?: { at: Date; wantedBy: number };
  /** What published it: the API key and the browser session, from where. */
  apiKeyId: string | null;
  sessionId: string | null;
  remoteAddress: string | null;
}

/** The values for an event that was published, not received. */
export const NOT_RECEIVED = { requestId: null, directedTo: null };
/** The values for an event that no API key published. */
export const WITHOUT_KEY = { apiKeyId: null, sessionId: null, remoteAddress: null };

// unnest() flattens nested arrays, so each array is passed as text
type Row = Omit<NewEventRow, 'causePath' | 'directedTo' | 'fannedOut'> & {
  causePath: string;
  directedTo: string | null;
  fannedOutAt: Date | null;
  wantedBy: number | null;
  contentSalt: Buffer;
};

const NEW_EVENT = columns<Row>([
  ['id', 'id', 'uuid'],
  ['documentType', 'document_type', 'text'],
  ['event', 'event', 'text'],
  ['referenceDocument', 'reference_document', 'text'],
  ['payloadId', 'payload_id', 'uuid'],
  ['enveloped', 'enveloped', 'boolean'],
  ['userId', 'user_id', 'uuid'],
  ['publishedBy', 'published_by', 'uuid'],
  ['apiKeyId', 'api_key_id', 'uuid'],
  ['sessionId', 'session_id', 'uuid'],
  ['remoteAddress', 'remote_address', 'text'],
  ['idempotencyKey', 'idempotency_key', 'text'],
  ['createdAt', 'created_at', 'timestamptz'],
  ['causedBy', 'caused_by', 'uuid'],
  ['causePath', 'cause_path', 'text'],
  ['requestId', 'request_id', 'uuid'],
  ['directedTo', 'directed_to', 'text'],
  ['fannedOutAt', 'fanned_out_at', 'timestamptz'],
  ['wantedBy', 'wanted_by', 'integer'],
  ['contentSalt', 'content_salt', 'bytea'],
]);

/** How many parameters `insertEventsSql` takes. */
export const EVENT_PARAMETERS = NEW_EVENT.length;
const AFTER_PAYLOADS = NEW_PAYLOAD.length + 1;
const AFTER_EVENTS = AFTER_PAYLOADS + NEW_EVENT.length;

/**
 * Inserts events, in a statement that begins with WITH_NEW_PAYLOADS, or of one event with WITH_ONE_NEW_PAYLOAD.
 * @param first the number of its first parameter, the ids
 */
export function insertEventsSql(first: number, count?: RowCount): string {
  return `insert into business_events (${NEW_EVENT.names}, body_digest)
     select e.id, document_type, event, reference_document, payload_id, enveloped, user_id, published_by, api_key_id, session_id,
       remote_address, idempotency_key, created_at, caused_by, cause_path::uuid[], request_id, directed_to::uuid[],
       fanned_out_at, wanted_by, content_salt, ${digestOfNew('e.payload_id', count)}
     from ${NEW_EVENT.source(first, count)} as e (${NEW_EVENT.names})`;
}

/** Puts events into the outbox. @param ids the number of the parameter with their ids */
export function fillOutboxSql(ids: number): string {
  return `insert into outbox (event_id) select unnest($${ids}::uuid[])`;
}

/** The ids of those that wait in the outbox. */
export function idsOfWaiting(events: readonly NewEventRow[]): string[] {
  return events.filter(({ fannedOut }) => fannedOut === undefined).map(({ id }) => id);
}

/** The values of the parameters of `insertEventsSql`. */
export function eventValues(events: readonly NewEventRow[], count?: RowCount): unknown[] {
  return NEW_EVENT.valuesOf(
    events.map((event) => ({
      ...event,
      causePath: `{${event.causePath.join()}}`,
      directedTo: event.directedTo && `{${event.directedTo.join()}}`,
      fannedOutAt: event.fannedOut?.at ?? null,
      wantedBy: event.fannedOut?.wantedBy ?? null,
      contentSalt: newSalt(),
    })),
    count,
  );
}

/** Events with what is written in the same statement. */
export interface OutboxRows {
  events: readonly NewEventRow[];
  payloads: readonly Payload[];
  keys?: readonly NewKey[];
}

/**
 * Inserts events with their payloads and idempotency keys into the outbox, in one statement, so that it is
 * atomic without a transaction. It sends no notification: see `announceEvents`.
 */
export async function putIntoOutbox(db: Db, { events, payloads, keys = [] }: OutboxRows): Promise<void> {
  if (events.length === 0) return;
  await changedBy(
    db,
    statement(`${WITH_NEW_PAYLOADS},
       new_keys as (${insertKeysSql(AFTER_EVENTS)}), waiting as (${fillOutboxSql(AFTER_PAYLOADS)})
     ${insertEventsSql(AFTER_PAYLOADS)}`),
    [...NEW_PAYLOAD.valuesOf(payloads), ...eventValues(events), ...NEW_KEY.valuesOf(keys)],
  );
}

/** Notifies the fan-out when the transaction commits. */
export async function announceEvents(db: Db): Promise<void> {
  await changedBy(db, statement(`select pg_notify('hookledger', 'events')`));
}

export async function eventsById(db: Db, ids: readonly string[]): Promise<Map<string, BusinessEventRow>> {
  const rows = await rowsOf<BusinessEventRow>(
    db,
    `select ${BUSINESS_EVENTS.columns} from business_events where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** An event that waits for fan-out, with the bytes of its payload; null once they were erased. */
export type OutboxEvent = BusinessEventRow & { body: Buffer | null; contentType: string };

/** The ids from `from` on that are smaller than `before`. */
export interface IdRange {
  from: string;
  before: string;
}

/**
 * The oldest events in a part of the outbox, in a range of ids. Takes no locks.
 * @param maxBytes of the documents: the last one may exceed it. Documents of incoming calls have up to 1 MiB
 */
export async function readOutbox(
  db: Db,
  { index, of }: HashPart,
  { from, before }: IdRange,
  atMost: number,
  maxBytes: number,
): Promise<OutboxEvent[]> {
  const rows = await rowsOf<OutboxEvent & { bytesBefore: number }>(
    db,
    statement(`select * from (select e.*, p.body, p.content_type as "contentType",
       ${BYTES_BEFORE('p.body', 'e.id')} as "bytesBefore" from (
       select event_id from outbox where event_id >= $6::uuid and event_id < $3::uuid and ${isInPartSql('event_id', 1, 2)}
       order by event_id limit $4
     ) as o cross join lateral (
       select ${BUSINESS_EVENTS.columns} from business_events where id ${equalsByIndex('o.event_id')}
     ) as e join payloads p on p.id ${equalsByIndex('e."payloadId"')}) as found
     where "bytesBefore" < $5 order by id`),
    [index, of, before, atMost, maxBytes, from],
  );
  return rows.map(({ bytesBefore: _, ...event }) => event);
}

/** What decides which webhooks an event is delivered to, and in which order. */
export type EventInOrder = Pick<BusinessEventRow, 'id' | 'documentType' | 'event' | 'referenceDocument' | 'directedTo'>;

/** The oldest events of the outbox before the last of these, without these. */
export async function otherEventsBefore(db: Db, ids: readonly string[], atMost: number): Promise<EventInOrder[]> {
  return rowsOf(
    db,
    statement(`select e.id, e.document_type as "documentType", e.event, e.reference_document as "referenceDocument",
       e.directed_to as "directedTo" from (
       select event_id from outbox where event_id < $1::uuid and event_id <> all($2::uuid[]) order by event_id limit $3
     ) as o join business_events e on e.id ${equalsByIndex('o.event_id')} order by e.id`),
    [idBounds(ids)[1], ids, atMost],
  );
}

export interface EventsById {
  events: ReadonlyMap<string, OutboxEvent>;
  /** Their documents were not read: those before them have as many bytes as are read at once. */
  later: ReadonlySet<string>;
}

/**
 * Events with their documents, whether they are still in the outbox or not.
 * @param ids in the order in which documents are read; the first event that exists is not for later
 * @param maxBytes of their documents; the last one may exceed it
 */
export async function outboxEventsById(db: Db, ids: readonly string[], maxBytes: number): Promise<EventsById> {
  const rows = await rowsOf<OutboxEvent & { isLater: boolean }>(
    db,
    statement(`select e.*, p.body from (
       select e.*, coalesce(p.content_type, '') as "contentType",
         ${BYTES_BEFORE('p.body', 'array_position($1::uuid[], e.id)')} >= $4 as "isLater" from (
         select ${BUSINESS_EVENTS.columns} from business_events
         where id = any($1::uuid[]) and id between $2::uuid and $3::uuid
       ) as e left join payloads p on p.id = e."payloadId"
     ) as e left join payloads p on p.id ${equalsByIndex('e."payloadId"')} and not e."isLater"`),
    [ids, ...idBounds(ids), maxBytes],
  );
  const [later, read] = [rows.filter(({ isLater }) => isLater), rows.filter(({ isLater }) => !isLater)];
  return {
    events: new Map(read.map(({ isLater: _, ...event }) => [event.id, event])),
    later: new Set(later.map(({ id }) => id)),
  };
}

/** An event whose deliveries have been created. */
export interface FannedOut {
  id: string;
  /** How many webhooks it matched. */
  wantedBy: number;
}

const FANNED_OUT = columns<FannedOut>([
  ['id', 'id', 'uuid'],
  ['wantedBy', 'wanted_by', 'integer'],
]);

/** The time and the bounds of the ids follow the events. */
export const LEAVE_OUTBOX_PARAMETERS = FANNED_OUT.length + 3;

/** The values of the parameters of `leaveOutboxSql`. */
export function leaveOutboxValues(events: readonly FannedOut[], at: Date): unknown[] {
  return [...FANNED_OUT.valuesOf(events), at, ...idBounds(events.map(({ id }) => id))];
}

/**
 * Two parts of a statement that take events out of the outbox: a WITH query, and the final statement.
 * @param first the number of its first parameter
 */
export function leaveOutboxSql(first: number): { withQuery: string; sql: string } {
  const withQuery = `left_outbox as (delete from outbox where event_id = any($${first}::uuid[]))`;
  const sql = `update business_events as e set fanned_out_at = $${first + FANNED_OUT.length}::timestamptz, wanted_by = f.wanted_by
    from unnest(${FANNED_OUT.arrays(first)}) as f (${FANNED_OUT.names})
    where ${joinsByIndex('e.id', 'f.id')} ${andIdBetween('e.id', first + FANNED_OUT.length + 1)}`;
  return { withQuery, sql };
}

export async function leaveOutbox(db: Db, events: readonly FannedOut[], at: Date): Promise<void> {
  const { withQuery, sql } = leaveOutboxSql(1);
  await changedBy(db, statement(`with ${withQuery} ${sql}`), leaveOutboxValues(events, at));
}
