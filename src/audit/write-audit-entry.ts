import { newId, timeOfId } from '../ids';
import type { Db } from '../sql/db';
import type { Viewer } from '../viewer';
import { insertAuditEntries, insertAuditEntry, type NewAuditEntry } from './audit-entry.store';
import { criteriaText } from './criteria';

export interface Act {
  /** subject.verb in the past tense: `webhook.paused`. */
  action: string;
  /** null: it concerns no object, such as a sign-in of an unknown person. */
  subjectType: string | null;
  subjectId: string | null;
  /** DONE, unless the act was refused. */
  outcome?: NewAuditEntry['outcome'];
  /** The reason as the user gave it. */
  reason?: string | null;
  /** Values of filters, and names that the user gave, with the lists of src/audit/criteria.ts; they are shown beside the details. */
  criteria?: Record<string, unknown>;
  /** The person at the identity provider who acts; left out: they are not recorded. */
  person?: { issuer: string; subject: string } | null;
  /** What changed, without names; never a secret. Nothing erases it. */
  details?: Record<string, unknown>;
}

/** The user who acted, and the origin of the request. */
export interface Actor extends Pick<Viewer, 'apiKeyId' | 'sessionId' | 'remoteAddress' | 'userAgent' | 'requestId'> {
  /** null: a caller who could not be identified. */
  userId: string | null;
}

/** Records an act of a user. It must run in the transaction of the change, so that no change is without an entry. */
export async function recordAct(db: Db, actor: Actor, act: Act): Promise<void> {
  await insertAuditEntry(db, auditEntry(actor, act));
}

/** The same of several acts. */
export async function recordActs(db: Db, actor: Actor, acts: readonly Act[]): Promise<void> {
  await insertAuditEntries(
    db,
    acts.map((act) => auditEntry(actor, act)),
  );
}

/** Records an act of the system. @returns the id of the entry */
export async function recordOwnAct(db: Db, act: Act): Promise<string> {
  const entry = auditEntry(null, act);
  await insertAuditEntry(db, entry);
  return entry.id;
}

/** Records what was refused to a caller who could not be identified. */
export async function recordRefusal(
  db: Db,
  from: Omit<Actor, 'userId' | 'apiKeyId' | 'sessionId'>,
  act: Pick<Act, 'action' | 'reason' | 'criteria' | 'details'>,
): Promise<void> {
  const unidentified = { userId: null, apiKeyId: null, sessionId: null };
  const refused = { ...act, subjectType: null, subjectId: null, outcome: 'DENIED' } as const;
  await insertAuditEntry(db, auditEntry({ ...from, ...unidentified }, refused));
}

/** An entry for a caller that inserts it in the statement of the change. */
export function auditEntry(actor: Actor | null, act: Act): NewAuditEntry {
  const id = newId();
  return {
    id,
    at: timeOfId(id),
    action: act.action,
    actorId: actor?.userId ?? null,
    actorKind: actor?.userId ? 'USER' : 'SYSTEM',
    apiKeyId: actor?.apiKeyId ?? null,
    sessionId: actor?.sessionId ?? null,
    subjectType: act.subjectType,
    subjectId: act.subjectId,
    outcome: act.outcome ?? 'DONE',
    reason: act.reason ?? null,
    criteria: act.criteria && Object.keys(act.criteria).length > 0 ? criteriaText(act.criteria) : null,
    details: act.details ? JSON.stringify(act.details) : null,
    remoteAddress: actor?.remoteAddress ?? null,
    userAgent: actor?.userAgent ?? null,
    identityIssuer: act.person?.issuer ?? null,
    identitySubject: act.person?.subject ?? null,
    requestId: actor?.requestId ?? null,
  };
}
