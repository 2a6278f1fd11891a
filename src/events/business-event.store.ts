import { idBounds } from '../ids';
import { changedBy, type Db, rowsOf, statement } from '../sql/db';

export interface BusinessEventRow {
  id: string;
  documentType: string;
  event: string;
  referenceDocument: string;
  payloadId: string;
  userId: string;
  publishedBy: string;
  idempotencyKey: string | null;
  createdAt: Date;
  fannedOutAt: Date | null;
  wantedBy: number | null;
}

export const BUSINESS_EVENTS = {
  table: 'business_events',
  columns: `id, document_type as "documentType", event, reference_document as "referenceDocument",
    payload_id as "payloadId", user_id as "userId", published_by as "publishedBy",
    idempotency_key as "idempotencyKey", created_at as "createdAt", fanned_out_at as "fannedOutAt",
    wanted_by as "wantedBy"`,
};

export type NewEventRow = Omit<BusinessEventRow, 'fannedOutAt' | 'wantedBy'>;

/** Puts events into the outbox, and wakes whoever fans out once the transaction commits. */
export async function insertEvents(db: Db, events: readonly NewEventRow[]): Promise<void> {
  if (events.length === 0) return;
  await changedBy(
    db,
    statement(`with inserted as (
       insert into business_events (id, document_type, event, reference_document, payload_id, user_id, published_by,
         idempotency_key, created_at)
       select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[],
         $8::text[], $9::timestamptz[])
     )
     select pg_notify('hookledger', 'events')`),
    [
      events.map((event) => event.id),
      events.map((event) => event.documentType),
      events.map((event) => event.event),
      events.map((event) => event.referenceDocument),
      events.map((event) => event.payloadId),
      events.map((event) => event.userId),
      events.map((event) => event.publishedBy),
      events.map((event) => event.idempotencyKey),
      events.map((event) => event.createdAt),
    ],
  );
}

export async function eventsById(db: Db, ids: readonly string[]): Promise<Map<string, BusinessEventRow>> {
  const rows = await rowsOf<BusinessEventRow>(
    db,
    `select ${BUSINESS_EVENTS.columns} from business_events where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** An event that is to be fanned out, with its document; null once that was erased. */
export type OutboxEvent = BusinessEventRow & { body: Buffer | null };

/** The oldest events of the outbox that no other transaction is fanning out. */
export async function takeFromOutbox(db: Db, atMost: number): Promise<OutboxEvent[]> {
  return rowsOf(
    db,
    statement(`select e.*, p.body from (
       select ${BUSINESS_EVENTS.columns} from business_events
       where fanned_out_at is null order by id limit $1 for update skip locked
     ) as e join payloads p on p.id = e."payloadId" order by e.id`),
    [atMost],
  );
}

/** @param wantedBy how many webhooks each event matched, in the order of the ids */
export async function leaveOutbox(
  db: Db,
  ids: readonly string[],
  wantedBy: readonly number[],
  at: Date,
): Promise<void> {
  await changedBy(
    db,
    statement(`update business_events as e set fanned_out_at = $3, wanted_by = f.wanted_by
     from unnest($1::uuid[], $2::integer[]) as f (id, wanted_by) where e.id = f.id and e.id between $4::uuid and $5::uuid`),
    [ids, wantedBy, at, ...idBounds(ids)],
  );
}
