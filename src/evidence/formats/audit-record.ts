// The records of audit entries.
import { type Content, digestsOfParts, recordText } from './salted-digests';

/** An audit entry with everything that its record contains. */
export interface AuditFacts {
  id: string;
  action: string;
  actorId: string | null;
  actorKind: string;
  at: Date;
  criteria: string | null;
  details: string | null;
  reason: string | null;
  remoteAddress: string | null;
  userAgent: string | null;
  identityIssuer: string | null;
  identitySubject: string | null;
  outcome: string;
  requestId: string | null;
  sessionId: string | null;
  subjectId: string | null;
  subjectType: string | null;
  apiKeyId: string | null;
  /** null, which no entry has, was written past Hookledger. */
  contentSalt: Buffer | null;
  /** null once erased, as the three below. */
  criteriaSalt: Buffer | null;
  reasonSalt: Buffer | null;
  originSalt: Buffer | null;
  identitySalt: Buffer | null;
  /** JSON: the digests of the parts that were erased; null: none was. */
  erasedDigests?: string | null;
}

export function auditContent(row: AuditFacts): Content {
  const { criteria, details, identityIssuer, identitySubject, reason, remoteAddress, userAgent } = row;
  return { criteria, details, identityIssuer, identitySubject, reason, remoteAddress, userAgent };
}

/** The salt of a part of its content. What can be erased without the rest has a salt of its own. */
export function auditSalt(row: AuditFacts, part: string): Buffer | null {
  switch (part) {
    case 'criteria':
      return row.criteriaSalt;
    case 'reason':
      return row.reasonSalt;
    case 'remoteAddress':
    case 'userAgent':
      return row.originSalt;
    case 'identityIssuer':
    case 'identitySubject':
      return row.identitySalt;
    default:
      return row.contentSalt;
  }
}

export function auditRecord(row: AuditFacts): string {
  return recordText({
    action: row.action,
    actor: row.actorId,
    actorKind: row.actorKind,
    at: row.at.toISOString(),
    content: digestsOfParts(auditContent(row), (part) => auditSalt(row, part), row.erasedDigests ?? null),
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
