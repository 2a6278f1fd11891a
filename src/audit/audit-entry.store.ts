import type { Db } from '../sql/db';
import { AuditEntryEntity } from './audit-entry.entity';

export async function insertAuditEntry(db: Db, entry: AuditEntryEntity): Promise<void> {
  await db.insert(AuditEntryEntity, entry);
}
