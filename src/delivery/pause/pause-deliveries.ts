// One switch for all outgoing traffic. While deliveries are paused, no attempt begins in any process.
import { recordAct } from '../../audit/write-audit-entry';
import { currentTime } from '../../clock';
import type { Db } from '../../sql/db';
import type { Viewer } from '../../viewer';
import { notifyDeliveries } from '../queue/notify.store';
import {
  DELIVERIES_PAUSE_ID,
  type DeliveriesPause,
  deleteDeliveriesPause,
  findDeliveriesPause,
  insertDeliveriesPause,
  lockDeliveriesPause,
  shiftFailureStarts,
} from './deliveries-pause.store';

/** Thrown by a transaction that would begin attempts, so that what it has taken stays in the queue. */
export class DeliveriesArePaused extends Error {
  constructor() {
    super('deliveries are paused');
    this.name = 'DeliveriesArePaused';
  }
}

const SUBJECT = { subjectType: 'DeliveriesPause', subjectId: DELIVERIES_PAUSE_ID };

/** @returns the pause; the current one, unchanged, if deliveries are paused already */
export async function pauseDeliveries(db: Db, viewer: Viewer, reason: string): Promise<DeliveriesPause> {
  await lockDeliveriesPause(db);
  const current = await findDeliveriesPause(db);
  if (current) return current;
  const pause = { id: DELIVERIES_PAUSE_ID, since: currentTime(), userId: viewer.userId, reason };
  await insertDeliveriesPause(db, pause);
  await recordAct(db, viewer, { action: 'deliveries.paused', ...SUBJECT, reason });
  return pause;
}

/** @returns the pause that has ended; null: deliveries were not paused */
export async function resumeDeliveries(db: Db, viewer: Viewer, reason: string | null): Promise<DeliveriesPause | null> {
  await lockDeliveriesPause(db);
  const pause = await findDeliveriesPause(db);
  if (!pause) return null;
  await deleteDeliveriesPause(db);
  await shiftFailureStarts(db, pause.since, currentTime());
  const details = { since: pause.since.toISOString(), pausedFor: pause.reason };
  await recordAct(db, viewer, { action: 'deliveries.resumed', ...SUBJECT, reason, details });
  await notifyDeliveries(db);
  return pause;
}
