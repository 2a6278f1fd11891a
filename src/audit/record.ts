import { newId, timeOfId } from '../ids';
import type { Db } from '../sql/db';
import type { Viewer } from '../viewer';
import { insertAuditEntry, type NewAuditEntry } from './audit-entry.store';

export interface Act {
  /** subject.verb in the past tense: `webhook.paused`. */
  action: string;
  subjectType: string;
  subjectId: string;
  /** DONE, unless the act was refused. */
  outcome?: NewAuditEntry['outcome'];
  /** As it was given. */
  reason?: string | null;
  /** What changed; never a secret. */
  details?: Record<string, unknown>;
}

/** Records an act of a user. It must run in the transaction of the change, so that no change is without an entry. */
export async function recordAct(db: Db, viewer: Viewer, act: Act): Promise<void> {
  await insertAuditEntry(db, auditEntry(viewer, act));
}

/** Records an act of the system. @returns the id of the entry */
export async function recordOwnAct(db: Db, act: Act): Promise<string> {
  const entry = auditEntry(null, act);
  await insertAuditEntry(db, entry);
  return entry.id;
}

/** An entry for a caller that inserts it in the statement of the change. */
export function auditEntry(viewer: Viewer | null, act: Act): NewAuditEntry {
  const id = newId();
  return {
    id,
    at: timeOfId(id),
    action: act.action,
    actorId: viewer?.userId ?? null,
    actorKind: viewer ? 'USER' : 'SYSTEM',
    apiKeyId: viewer?.apiKeyId ?? null,
    sessionId: viewer?.sessionId ?? null,
    subjectType: act.subjectType,
    subjectId: act.subjectId,
    outcome: act.outcome ?? 'DONE',
    reason: act.reason ?? null,
    details: act.details ? JSON.stringify(act.details) : null,
    remoteAddress: viewer?.remoteAddress ?? null,
    userAgent: viewer?.userAgent ?? null,
    requestId: viewer?.requestId ?? null,
  };
}
