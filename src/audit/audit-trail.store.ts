// Reads the audit trail.
import { type Db, rowsOf, statement } from '../sql/db';
import type { AuditEntryEntity } from './audit-entry.entity';

/** What only the sealed log reads. */
type Sealing =
  | 'contentSalt'
  | 'criteriaSalt'
  | 'reasonSalt'
  | 'originSalt'
  | 'identitySalt'
  | 'leafHash'
  | 'erasedDigests'
  | 'erasureId';

export type AuditEntryRow = Omit<AuditEntryEntity, 'at' | Sealing> & { createdAt: Date };

export const AUDIT_ENTRIES = {
  table: 'audit_entries',
  columns: `id, at as "createdAt", action, actor_id as "actorId", actor_kind as "actorKind", api_key_id as "apiKeyId",
    session_id as "sessionId", subject_type as "subjectType", subject_id as "subjectId", outcome, reason, criteria, details,
    remote_address as "remoteAddress", user_agent as "userAgent",
    identity_issuer as "identityIssuer", identity_subject as "identitySubject", request_id as "requestId"`,
};

export async function auditEntriesById(db: Db, ids: readonly string[]): Promise<Map<string, AuditEntryRow>> {
  const rows = await rowsOf<AuditEntryRow>(
    db,
    statement(`select ${AUDIT_ENTRIES.columns} from audit_entries where id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
