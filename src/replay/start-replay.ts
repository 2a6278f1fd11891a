// Starts replays of many deliveries, and counts the deliveries for a dry run.
import { namesIn } from '../audit/criteria';
import { recordAct } from '../audit/write-audit-entry';
import type { DeliveryWhere } from '../delivery/api/delivery.inputs';
import { textOfWhere } from '../graphql/lists/stored-where';
import { FIRST_ID, newId, timeOfId } from '../ids';
import { all } from '../sql/condition';
import type { Db } from '../sql/db';
import { refuseOneTooMany } from '../users/limit-of-user';
import type { Viewer } from '../viewer';
import { refuseAuditReceivers } from '../webhooks/changes/guarded-settings';
import { webhooksById } from '../webhooks/webhook.store';
import { insertReplay, type ReplayRow } from './replay.store';
import { OPEN_REPLAYS } from './replay-limit';
import { type DeliveryTally, finishedBy, newestDeliveryId, tallyDeliveries } from './replayed-deliveries.store';
import { conditionFrom } from './stored-condition';

/** The finished deliveries that met a `where` at one time. */
export interface ReplayCount {
  last: string;
  tallies: DeliveryTally[];
  /** Whether some of them are of webhooks that receive the audit trail. */
  ofAuditReceiver: boolean;
}

/** @throws AppError BAD_USER_INPUT for a `where` that cannot be used. @throws InputError TOO_LARGE. @throws Denied */
export async function countDeliveries(db: Db, viewer: Viewer, where: DeliveryWhere, at: Date): Promise<ReplayCount> {
  // parsed from its text, as by the workers: the count uses the same condition
  const condition = all([conditionFrom(textOfWhere(where)), finishedBy(at)]);
  const last = (await newestDeliveryId(db)) ?? FIRST_ID;
  const tallies = await tallyDeliveries(db, last, condition);
  const webhooks = await webhooksById(db, [...new Set(tallies.map(({ webhookId }) => webhookId))]);
  refuseAuditReceivers(viewer, webhooks.values());
  const ofAuditReceiver = [...webhooks.values()].some(({ receiveAuditEvents }) => receiveAuditEvents);
  return { last, tallies, ofAuditReceiver };
}

export interface ReplayStart {
  where: DeliveryWhere;
  reason: string;
  /** At most this many deliveries per second. */
  rate: number;
}

/**
 * Stores the replay, which workers carry out, oldest delivery first. It includes no delivery that is newer or that was not
 * finished at this time: the count is its maximum.
 * @throws InputError TOO_LARGE. @throws Denied
 */
export async function startReplay(
  db: Db,
  viewer: Viewer,
  { where, reason, rate }: ReplayStart,
): Promise<{ replay: ReplayRow; count: ReplayCount }> {
  await refuseOneTooMany(db, viewer.userId, OPEN_REPLAYS);
  const id = newId();
  const at = timeOfId(id);
  const count = await countDeliveries(db, viewer, where, at);
  const replay: ReplayRow = {
    id,
    status: 'PENDING',
    condition: textOfWhere(where),
    deliveryId: null,
    reason,
    rate,
    orderedBy: viewer.userId,
    approvalId: null,
    lastDeliveryId: count.last,
    cursor: null,
    deliveryCount: totalOf(count.tallies),
    ofAuditReceiver: count.ofAuditReceiver,
    replayed: 0,
    skipped: 0,
    nextStepAt: at,
    error: null,
    createdAt: at,
    startedAt: null,
    finishedAt: null,
  };
  await insertReplay(db, replay);
  const criteria = { ...namesIn(where), where };
  const act = { action: 'replay.ordered', subjectType: 'Replay', subjectId: id, reason, criteria };
  await recordAct(db, viewer, { ...act, details: { rate, deliveryCount: replay.deliveryCount } });
  return { replay, count };
}

export function totalOf(tallies: readonly DeliveryTally[]): number {
  return tallies.reduce((total, { count }) => total + count, 0);
}
