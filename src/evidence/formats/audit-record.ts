// The records of audit entries.
import { type Content, digestsOf, recordText, type SaltedContent } from './salted-digests';

/** An audit entry with everything that its record contains. */
export interface AuditFacts extends SaltedContent {
  id: string;
  action: string;
  actorId: string | null;
  actorKind: string;
  at: Date;
  details: string | null;
  reason: string | null;
  remoteAddress: string | null;
  userAgent: string | null;
  outcome: string;
  requestId: string | null;
  sessionId: string | null;
  subjectId: string | null;
  subjectType: string | null;
  apiKeyId: string | null;
}

export function auditContent(row: AuditFacts): Content {
  return { details: row.details, reason: row.reason, remoteAddress: row.remoteAddress, userAgent: row.userAgent };
}

export function auditRecord(row: AuditFacts): string {
  return recordText({
    action: row.action,
    actor: row.actorId,
    actorKind: row.actorKind,
    at: row.at.toISOString(),
    content: digestsOf(row, auditContent(row)),
    id: row.id,
    kind: 'audit',
    outcome: row.outcome,
    requestId: row.requestId,
    session: row.sessionId,
    subjectId: row.subjectId,
    subjectType: row.subjectType,
    v: 1,
    viaKey: row.apiKeyId,
  });
}
