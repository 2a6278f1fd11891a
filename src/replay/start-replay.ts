// Many deliveries again: what somebody orders, and what it would come to.
import { recordAct } from '../audit/record';
import type { DeliveryWhere } from '../delivery/api/delivery.inputs';
import { firstIdAt, newId, timeOfId } from '../ids';
import { all } from '../sql/condition';
import type { Db } from '../sql/db';
import type { Viewer } from '../viewer';
import { insertReplay, type ReplayRow } from './replay.store';
import { type DeliveryTally, newestDeliveryId, overBy, tallyDeliveries } from './replayed-deliveries.store';
import { conditionFrom, textOfWhere } from './stored-condition';

export const FIRST_ID = firstIdAt(0);

/** What is over and meets a `where` at a moment. */
export interface ReplayCount {
  last: string;
  tallies: DeliveryTally[];
}

/** @throws AppError BAD_USER_INPUT for a `where` that cannot be used */
export async function countDeliveries(db: Db, where: DeliveryWhere, at: Date): Promise<ReplayCount> {
  // read back from its text: what is counted is what workers will find
  const condition = all([conditionFrom(textOfWhere(where)), overBy(at)]);
  const last = (await newestDeliveryId(db)) ?? FIRST_ID;
  return { last, tallies: await tallyDeliveries(db, { after: FIRST_ID, last }, condition) };
}

export interface ReplayStart {
  where: DeliveryWhere;
  reason: string;
  /** Deliveries a second at most. */
  rate: number;
}

/**
 * Writes the order down; workers carry it out, oldest delivery first. What is newer than the order is not in it, nor what
 * was not over yet: what is counted now is all that it can come to.
 */
export async function startReplay(
  db: Db,
  viewer: Viewer,
  { where, reason, rate }: ReplayStart,
): Promise<{ replay: ReplayRow; count: ReplayCount }> {
  const id = newId();
  const at = timeOfId(id);
  const count = await countDeliveries(db, where, at);
  const replay: ReplayRow = {
    id,
    status: 'PENDING',
    condition: textOfWhere(where),
    deliveryId: null,
    reason,
    rate,
    orderedBy: viewer.userId,
    lastDeliveryId: count.last,
    cursor: null,
    total: totalOf(count.tallies),
    replayed: 0,
    skipped: 0,
    nextStepAt: at,
    error: null,
    createdAt: at,
    startedAt: null,
    finishedAt: null,
  };
  await insertReplay(db, replay);
  const details = { where, reason, rate, total: replay.total };
  await recordAct(db, viewer, { action: 'replay.ordered', subjectType: 'Replay', subjectId: id, details });
  return { replay, count };
}

export function totalOf(tallies: readonly DeliveryTally[]): number {
  return tallies.reduce((total, { count }) => total + count, 0);
}
