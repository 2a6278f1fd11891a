// Erasures that Hookledger itself orders.
import { recordOwnAct } from '../../audit/write-audit-entry';
import { newId, timeOfId } from '../../ids';
import type { Db } from '../../sql/db';
import { type ErasureRow, insertErasure, NOT_BEGUN } from '../erasure.store';
import type { Targets } from './erased-rows.store';

/** A process that has not reported for this long has ended. */
export const LEASE_MS = 60_000;

/** An order that needs no approval. */
export async function orderOwn(
  db: Db,
  kind: 'PERSON' | 'REPEATED' | 'RETENTION',
  what: { userId?: string; targets?: Targets },
  reason: string,
  now: Date,
): Promise<ErasureRow> {
  const { events, requests } = what.targets ?? { events: [], requests: [] };
  const id = newId();
  const erasure: ErasureRow = {
    id,
    kind,
    status: 'ORDERED',
    userId: what.userId ?? null,
    eventIds: events,
    requestIds: requests,
    rowCount: events.length + requests.length,
    otherCount: 0,
    reason,
    orderedBy: null,
    createdAt: timeOfId(id),
    ...NOT_BEGUN,
    // what is not a person's is done by the process that ordered it, until that ends
    nextStepAt: kind === 'PERSON' ? now : new Date(now.getTime() + LEASE_MS),
  };
  await insertErasure(db, erasure);
  const subject = { subjectType: 'Erasure', subjectId: erasure.id };
  await recordOwnAct(db, { action: 'erasure.ordered', ...subject, reason, details: { kind } });
  return erasure;
}
