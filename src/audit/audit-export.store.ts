// Reads the audit trail for its export, some thousands of entries per statement.
import { type Db, rowsOf, statement } from '../sql/db';
import { AUDIT_ENTRIES, type AuditEntryRow } from './audit-trail.store';

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
