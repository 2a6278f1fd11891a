import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { AUDIT_ENTRIES, type AuditEntryRow } from '../audit-trail.store';

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
