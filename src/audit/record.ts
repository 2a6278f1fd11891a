import { newId, timeOfId } from '../ids';
import type { Db } from '../sql/db';
import type { Viewer } from '../viewer';
import { insertAuditEntry } from './audit-entry.store';

export interface Act {
  /** subject.verb in the past tense: `webhook.paused`. */
  action: string;
  subjectType: string;
  subjectId: string;
  /** What changed; never a secret. */
  details?: Record<string, unknown>;
}

/** Writes what somebody did, in the transaction of the change itself: no entry, no change. */
export async function recordAct(db: Db, viewer: Viewer, act: Act): Promise<void> {
  const id = newId();
  await insertAuditEntry(db, {
    id,
    at: timeOfId(id),
    action: act.action,
    actorId: viewer.userId,
    apiKeyId: viewer.apiKeyId,
    subjectType: act.subjectType,
    subjectId: act.subjectId,
    details: act.details ? JSON.stringify(act.details) : null,
    remoteAddress: viewer.remoteAddress,
    requestId: viewer.requestId,
  });
}
