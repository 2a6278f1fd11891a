// Reads the audit trail.

import { changedBy, type Db, rowOf, rowsOf, statement } from '../sql/db';
import { byIds, listing, type RowOf } from '../sql/listing';
import { AuditEntryEntity } from './audit-entry.entity';

/** Without what only the sealed log reads. */
export const AUDIT_ENTRIES = listing(AuditEntryEntity, [
  'contentSalt',
  'criteriaSalt',
  'reasonSalt',
  'originSalt',
  'identitySalt',
  'leafHash',
  'erasedDigests',
  'erasureId',
]);
export type AuditEntryRow = RowOf<typeof AUDIT_ENTRIES>;
export const auditEntriesById = byIds(AUDIT_ENTRIES);

export const AUDIT_ENTRY = AUDIT_ENTRIES.values;

/** @param first the number of its first parameter */
function insertAuditEntriesSql(first = 1): string {
  return `insert into audit_entries (${AUDIT_ENTRY.names}) select * from unnest(${AUDIT_ENTRY.arrays(first)})`;
}

export async function insertAuditEntry(db: Db, entry: AuditEntryRow): Promise<void> {
  await insertAuditEntries(db, [entry]);
}

export async function insertAuditEntries(db: Db, entries: readonly AuditEntryRow[]): Promise<void> {
  await changedBy(db, statement(insertAuditEntriesSql()), AUDIT_ENTRY.valuesOf(entries));
}

// Reads the audit trail for its export, some thousands of entries per statement.

export type ExportedEntry = AuditEntryRow & { actorName: string | null };

/** The ids are exclusive at the beginning and inclusive at the end. */
export interface EntryRange {
  after: string;
  last: string;
}

export async function exportedEntries(db: Db, { after, last }: EntryRange, atMost: number): Promise<ExportedEntry[]> {
  return rowsOf<ExportedEntry>(
    db,
    statement(`select e.*, u.name as "actorName" from (
       select ${AUDIT_ENTRIES.columns} from audit_entries where id > $1 and id <= $2 order by id limit $3
     ) as e left join users as u on u.id = e."actorId" order by e.id`),
    [after, last, atMost],
  );
}

// Who cancelled a delivery, and why: the newest entry about it, or about its webhook, whose archiving cancels deliveries.

export interface Cancellation {
  deliveryId: string;
  reason: string | null;
  actorId: string | null;
}

/** SQL of a column of the entry. @param delivery gives the SQL of a column of the delivery */
export function ofCancellation(column: 'reason' | 'actor_id', delivery: (column: string) => string): string {
  const isCancelled = `${delivery('status')} = 'CANCELLED' or ${delivery('cancel_requested')}`;
  // a webhook that was archived after the delivery had ended did not cancel it
  const isFromThen = `${delivery('finished_at')} is null
      or cancelling.id < first_id_at(${delivery('finished_at')} + interval '1 millisecond')`;
  // entries about a delivery are newer than it, so older months are not searched
  return `case when ${isCancelled} then (
    select cancelling.${column} from audit_entries as cancelling
    where cancelling.subject_id in (${delivery('id')}, ${delivery('webhook_id')}) and cancelling.id > ${delivery('id')}
      and (cancelling.action = 'delivery.cancelled' or (cancelling.action = 'webhook.archived' and (${isFromThen})))
    order by cancelling.id desc limit 1) end`;
}

export async function cancellationsById(db: Db, ids: readonly string[]): Promise<Map<string, Cancellation>> {
  const column = (name: string) => `d.${name}`;
  const rows = await rowsOf<Cancellation>(
    db,
    statement(`select d.id as "deliveryId", ${ofCancellation('reason', column)} as reason,
       ${ofCancellation('actor_id', column)} as "actorId"
     from deliveries as d where d.id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.deliveryId, row]));
}

export type QueuedEntry = AuditEntryRow & { actorName: string | null };

export async function hasQueuedEntries(db: Db): Promise<boolean> {
  const row = await rowOf<{ queued: boolean }>(
    db,
    statement('select exists (select from audit_event_queue) as queued'),
  );
  return row?.queued === true;
}

/** Takes the oldest entries out of the queue, at most `atMost`, except those that another process takes. */
export async function takeQueuedEntries(db: Db, atMost: number): Promise<QueuedEntry[]> {
  const taken = await rowsOf<{ id: string }>(
    db,
    statement(`delete from audit_event_queue where entry_id in (
       select entry_id from audit_event_queue order by entry_id limit $1 for update skip locked
     ) returning entry_id as id`),
    [atMost],
  );
  if (taken.length === 0) return [];
  return rowsOf<QueuedEntry>(
    db,
    statement(`select e.*, u.name as "actorName" from (
       select ${AUDIT_ENTRIES.columns} from audit_entries where id = any($1::uuid[])
     ) as e left join users as u on u.id = e."actorId" order by e.id`),
    [taken.map(({ id }) => id)],
  );
}
