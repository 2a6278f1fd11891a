// Orders of Hookledger itself.
import { recordOwnAct } from '../../audit/record';
import { newId } from '../../ids';
import type { Db } from '../../sql/db';
import { type ErasureRow, insertErasure } from '../erasure.store';

/** An order without a second person. */
export async function orderOwn(
  db: Db,
  kind: 'PERSON' | 'REPEATED' | 'RETENTION',
  userId: string | null,
  reason: string,
  now: Date,
): Promise<ErasureRow> {
  const erasure: ErasureRow = {
    id: newId(),
    kind,
    state: 'ORDERED',
    userId,
    eventIds: [],
    requestIds: [],
    rowCount: 0,
    reason,
    orderedBy: null,
    orderedAt: now,
    decidedBy: null,
    decidedAt: null,
    erasedCount: 0,
    deferredCount: 0,
    deferredBecause: null,
    // what is not a person's is done by the process that ordered it: nothing is left for others but to close it
    nextStepAt: kind === 'PERSON' ? now : new Date(now.getTime() + 3_600_000),
    finishedAt: null,
  };
  await insertErasure(db, erasure);
  const subject = { subjectType: 'Erasure', subjectId: erasure.id };
  await recordOwnAct(db, { action: 'erasure.ordered', ...subject, reason, details: { kind } });
  return erasure;
}
