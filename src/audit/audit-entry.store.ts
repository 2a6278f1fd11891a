import { columns } from '../sql/columns';
import { changedBy, type Db, statement } from '../sql/db';
import type { AuditEntryEntity } from './audit-entry.entity';

/** An entry as it is inserted. */
export type NewAuditEntry = Pick<
  AuditEntryEntity,
  | 'id'
  | 'at'
  | 'action'
  | 'actorId'
  | 'actorKind'
  | 'apiKeyId'
  | 'sessionId'
  | 'subjectType'
  | 'subjectId'
  | 'outcome'
  | 'reason'
  | 'criteria'
  | 'details'
  | 'remoteAddress'
  | 'userAgent'
  | 'identityIssuer'
  | 'identitySubject'
  | 'requestId'
>;

export const AUDIT_ENTRY = columns<NewAuditEntry>([
  ['id', 'id', 'uuid'],
  ['at', 'at', 'timestamptz'],
  ['action', 'action', 'text'],
  ['actorId', 'actor_id', 'uuid'],
  ['actorKind', 'actor_kind', 'text'],
  ['apiKeyId', 'api_key_id', 'uuid'],
  ['sessionId', 'session_id', 'uuid'],
  ['subjectType', 'subject_type', 'text'],
  ['subjectId', 'subject_id', 'uuid'],
  ['outcome', 'outcome', 'text'],
  ['reason', 'reason', 'text'],
  ['criteria', 'criteria', 'text'],
  ['details', 'details', 'text'],
  ['remoteAddress', 'remote_address', 'text'],
  ['userAgent', 'user_agent', 'text'],
  ['identityIssuer', 'identity_issuer', 'text'],
  ['identitySubject', 'identity_subject', 'text'],
  ['requestId', 'request_id', 'text'],
]);

/** @param first the number of its first parameter */
function insertAuditEntriesSql(first = 1): string {
  return `insert into audit_entries (${AUDIT_ENTRY.names}) select * from unnest(${AUDIT_ENTRY.arrays(first)})`;
}

export async function insertAuditEntry(db: Db, entry: NewAuditEntry): Promise<void> {
  await insertAuditEntries(db, [entry]);
}

export async function insertAuditEntries(db: Db, entries: readonly NewAuditEntry[]): Promise<void> {
  await changedBy(db, statement(insertAuditEntriesSql()), AUDIT_ENTRY.valuesOf(entries));
}
