// Reads what is recorded about a person.
import { AUDIT_ENTRIES, type AuditEntryRow } from '../../audit/audit-entry.store';
import { documentSql } from '../../events/data/envelope';
import { unlessErased } from '../../events/payload.store';
import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import type { Targets } from '../erasing/erased-rows.store';

/** @returns the rows that the order of the file names; null: it is about a user */
export async function targetsOfExport(db: Db, id: string): Promise<Targets | null> {
  const row = await rowOf<{ events: string[] | null; requests: string[] | null }>(
    db,
    statement('select event_ids as events, request_ids as requests from exports where id = $1'),
    [id],
  );
  return row?.events && row.requests ? { events: row.events, requests: row.requests } : null;
}

export interface OwnedRow {
  id: string;
  [column: string]: unknown;
}

export async function keysOfPerson(db: Db, userId: string): Promise<OwnedRow[]> {
  return rowsOf(
    db,
    statement(`select id, label, roles, networks, created_at as "createdAt", expires_at as "expiresAt",
       revoked_at as "revokedAt", last_used_at as "lastUsedAt" from api_keys where user_id = $1 order by id`),
    [userId],
  );
}

export async function sessionsOfPerson(db: Db, userId: string): Promise<OwnedRow[]> {
  return rowsOf(
    db,
    statement(`select id, method, created_at as "createdAt", last_used_at as "lastUsedAt", ended_at as "endedAt",
       end_reason as "endReason", remote_address as "remoteAddress", user_agent as "userAgent"
     from sessions where user_id = $1 order by id`),
    [userId],
  );
}

/** The names that the person had, oldest first. Those that were erased are left out. */
export async function namesOfPerson(
  db: Db,
  userId: string,
): Promise<{ name: string; fullName: string | null; since: Date }[]> {
  return rowsOf(
    db,
    statement(`select name, full_name as "fullName", at as since from names
     where subject_id = $1 and erasure_id is null order by number`),
    [userId],
  );
}

export interface PersonalEvent {
  id: string;
  documentType: string;
  event: string;
  referenceDocument: string;
  userId: string;
  publishedBy: string;
  createdAt: Date;
  idempotencyKey: string | null;
  remoteAddress: string | null;
  erasureId: string | null;
  /** The length of its payload in bytes. */
  bytes: number;
}

const payloadOfEvent = unlessErased('e.payload_id', 'e.erasure_id');

export async function eventsOf(db: Db, ids: readonly string[]): Promise<PersonalEvent[]> {
  return rowsOf(
    db,
    statement(`select e.id, e.document_type as "documentType", e.event, e.reference_document as "referenceDocument",
       e.user_id as "userId", e.published_by as "publishedBy", e.created_at as "createdAt",
       e.idempotency_key as "idempotencyKey", e.remote_address as "remoteAddress", e.erasure_id as "erasureId",
       coalesce(p.byte_length, 0) as bytes
     from business_events e left join payloads p on p.id = ${payloadOfEvent} where e.id = any($1::uuid[]) order by e.id`),
    [ids],
  );
}

/** The documents of these events; of one that was erased: null. */
export async function documentsOf(db: Db, ids: readonly string[]): Promise<Map<string, Buffer | null>> {
  const rows = await rowsOf<{ id: string; body: Buffer | null }>(
    db,
    statement(`select e.id, ${documentSql('e.enveloped', 'p.body')} as body from business_events e left join payloads p on p.id = ${payloadOfEvent}
     where e.id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map(({ id, body }) => [id, body]));
}

export interface PersonalDelivery {
  id: string;
  businessEventId: string;
  webhookId: string;
  webhookName: string;
  status: string;
  skipReason: string | null;
  skipMessage: string | null;
  attempts: number;
  createdAt: Date;
  deliveredAt: Date | null;
  finishedAt: Date | null;
  erasureId: string | null;
}

export async function deliveriesOf(
  db: Db,
  eventIds: readonly string[],
  after: string,
  atMost: number,
): Promise<PersonalDelivery[]> {
  return rowsOf(
    db,
    statement(`select d.id, d.business_event_id as "businessEventId", d.webhook_id as "webhookId", w.name as "webhookName",
       d.status, d.skip_reason as "skipReason", d.skip_message as "skipMessage", d.attempts, d.created_at as "createdAt",
       d.delivered_at as "deliveredAt", d.finished_at as "finishedAt", d.erasure_id as "erasureId"
     from deliveries d join webhooks w on w.id = d.webhook_id
     where d.business_event_id = any($1::uuid[]) and d.id > $2 order by d.id limit $3`),
    [eventIds, after, atMost],
  );
}

/** The erasures of those of these requests that were erased. */
export async function erasuresOfRequests(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await rowsOf<{ id: string; erasureId: string }>(
    db,
    statement(`select id, erasure_id as "erasureId" from webhook_request_logs
     where id = any($1::uuid[]) and erasure_id is not null`),
    [ids],
  );
  return new Map(rows.map(({ id, erasureId }) => [id, erasureId]));
}

/** The entries about these rows after one, oldest first. */
export async function entriesAbout(
  db: Db,
  subjects: readonly string[],
  { after, last }: { after: string; last: string },
  atMost: number,
): Promise<AuditEntryRow[]> {
  return rowsOf(
    db,
    statement(`select ${AUDIT_ENTRIES.columns} from audit_entries
     where subject_id = any($1::uuid[]) and id > $2 and id <= $3 order by id limit $4`),
    [subjects, after, last, atMost],
  );
}

/** The entries of what a person did, after one, oldest first. */
export async function entriesBy(
  db: Db,
  userId: string,
  { after, last }: { after: string; last: string },
  atMost: number,
): Promise<AuditEntryRow[]> {
  return rowsOf(
    db,
    statement(`select ${AUDIT_ENTRIES.columns} from audit_entries
     where actor_id = $1 and id > $2 and id <= $3 order by id limit $4`),
    [userId, after, last, atMost],
  );
}

export interface PersonalErasure {
  id: string;
  kind: string;
  status: string;
  reason: string;
  createdAt: Date;
  finishedAt: Date | null;
}

/** These erasures, and those of the person. */
export async function erasuresNamed(db: Db, ids: readonly string[], userId: string | null): Promise<PersonalErasure[]> {
  return rowsOf(
    db,
    statement(`select id, kind, status, reason, created_at as "createdAt", finished_at as "finishedAt" from erasures
     where id = any($1::uuid[]) or user_id = $2 order by id`),
    [ids, userId],
  );
}
