import { columns, ofEntity } from '../sql/columns';
import { changedBy, type Db, rowsOf, statement } from '../sql/db';
import {
  andIdBetween,
  BYTES_BEFORE,
  equalsByIndex,
  type HashPart,
  isInPartSql,
  joinsByIndex,
} from '../sql/index-lookup';
import { byIds, listing, type RowOf } from '../sql/listing';
import { TRACE_ID_SQL } from '../tracing/traceparent';
import { idBounds } from '../values/ids';
import { newSalt } from '../values/random';
import { BusinessEventEntity } from './business-event.entity';
import { digestOfNew, NEW_PAYLOAD, type Payload, WITH_NEW_PAYLOADS } from './payload.store';

const EVENTS = listing(BusinessEventEntity, [
  'apiKeyId',
  'sessionId',
  'remoteAddress',
  'contentSalt',
  'bodyDigest',
  'leafHash',
  'erasedDigests',
  'erasureId',
]);

/** isErased: whether its content was erased; a request may still need the payload. */
export type BusinessEventRow = RowOf<typeof EVENTS> & { isErased: boolean };

export const BUSINESS_EVENTS = { ...EVENTS, columns: `${EVENTS.columns}, erasure_id is not null as "isErased"` };

export interface NewEventRow extends Omit<BusinessEventRow, 'isErased' | 'fannedOutAt' | 'wantedBy' | 'traceId'> {
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

const OF_EVENT = ofEntity(BusinessEventEntity, [
  'id',
  'documentType',
  'event',
  'referenceDocument',
  'payloadId',
  'enveloped',
  'userId',
  'publishedBy',
  'apiKeyId',
  'sessionId',
  'remoteAddress',
  'idempotencyKey',
  'createdAt',
  'causedBy',
  'traceparent',
  'requestId',
  'fannedOutAt',
  'wantedBy',
  'contentSalt',
]);

// unnest() flattens nested arrays, so each array is passed as text
type Row = Omit<NewEventRow, 'causePath' | 'directedTo' | 'fannedOut'> & {
  causePath: string;
  directedTo: string | null;
  fannedOutAt: Date | null;
  wantedBy: number | null;
  contentSalt: Buffer;
};

const NEW_EVENT = columns<Row>([
  ...OF_EVENT,
  ['causePath', 'cause_path', 'text'],
  ['directedTo', 'directed_to', 'text'],
]);

/** How many parameters `insertEventsSql` takes. */
export const EVENT_PARAMETERS = NEW_EVENT.length;
const AFTER_PAYLOADS = NEW_PAYLOAD.length + 1;
const AFTER_EVENTS = AFTER_PAYLOADS + NEW_EVENT.length;

/**
 * Inserts events, in a statement that begins with WITH_NEW_PAYLOADS.
 * @param first the number of its first parameter, the ids
 */
export function insertEventsSql(first: number): string {
  return `insert into business_events (${NEW_EVENT.names}, trace_id, body_digest)
     select ${OF_EVENT.map(([, name]) => name).join(', ')}, cause_path::uuid[], directed_to::uuid[], ${TRACE_ID_SQL},
       ${digestOfNew('e.payload_id')}
     from ${NEW_EVENT.source(first)} as e (${NEW_EVENT.names})`;
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
export function eventValues(events: readonly NewEventRow[]): unknown[] {
  return NEW_EVENT.valuesOf(
    events.map((event) => ({
      ...event,
      causePath: `{${event.causePath.join()}}`,
      directedTo: event.directedTo && `{${event.directedTo.join()}}`,
      fannedOutAt: event.fannedOut?.at ?? null,
      wantedBy: event.fannedOut?.wantedBy ?? null,
      contentSalt: newSalt(),
    })),
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

export const eventsById = byIds<BusinessEventRow>(BUSINESS_EVENTS);

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

const FANNED_OUT = columns<FannedOut>(ofEntity(BusinessEventEntity, ['id', 'wantedBy']));

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

export interface IdempotencyKey {
  userId: string;
  key: string;
  eventId: string;
  contentHash: Buffer;
}

export type NewKey = IdempotencyKey & { createdAt: Date };

export const NEW_KEY = columns<NewKey>([
  ['userId', 'user_id', 'uuid'],
  ['key', 'key', 'text'],
  ['eventId', 'event_id', 'uuid'],
  ['contentHash', 'content_hash', 'bytea'],
  ['createdAt', 'created_at', 'timestamptz'],
]);

/**
 * Always in the same order, so that two transactions with the same keys wait for each other instead of deadlocking. The
 * statement fails if a key was used meanwhile.
 * @param first the number of its first parameter
 */
export function insertKeysSql(first: number): string {
  return `insert into idempotency_keys (${NEW_KEY.names})
    select * from ${NEW_KEY.source(first)} as k (${NEW_KEY.names}) order by user_id, key`;
}

/** Which of these keys were used. Sends no statement for none. */
export async function knownKeys(db: Db, keys: readonly { userId: string; key: string }[]): Promise<IdempotencyKey[]> {
  if (keys.length === 0) return [];
  return rowsOf<IdempotencyKey>(
    db,
    statement(`select distinct k.user_id as "userId", k.key, k.event_id as "eventId", k.content_hash as "contentHash"
     from unnest($1::uuid[], $2::text[]) as wanted (user_id, key)
     join idempotency_keys k on k.user_id = wanted.user_id and k.key = wanted.key`),
    [keys.map(({ userId }) => userId), keys.map(({ key }) => key)],
  );
}
