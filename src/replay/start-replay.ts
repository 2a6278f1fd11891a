// Starts replays of many deliveries.

import type { Viewer } from '../access/viewer';
import { namesIn } from '../audit/criteria';
import { recordAct } from '../audit/write-audit-entry';
import type { DeliveryWhere } from '../delivery/api/delivery.type';
import { InputError } from '../errors/errors';
import { textOfWhere } from '../graphql/lists/absent-filters';
import type { Db } from '../sql/db';
import { type LimitOfUser, refuseOneTooMany } from '../users/user-limits';
import { newId, timeOfId } from '../values/ids';
import { countDeliveries, type ReplayCount, replayableOf, totalOf } from './deliveries-to-replay';
import { countOpenReplays, insertReplay, type ReplayRow } from './replay.store';

export interface ReplayStart {
  where: DeliveryWhere;
  reason: string;
  /** Where it is ordered in a trace; null: in none. */
  traceparent: string | null;
  /** At most this many deliveries per second. */
  rate: number;
  /** How many can be sent again, as the caller has counted; null: the caller has not. */
  expectedReplayable: number | null;
}

/**
 * Stores the replay, which workers carry out, oldest delivery first. It includes no delivery that is newer or that was not
 * finished at this time: the count is its maximum.
 * @throws InputError TOO_LARGE; CONFLICT if another number than the expected one can be sent again. @throws Denied
 */
export async function startReplay(
  db: Db,
  viewer: Viewer,
  { where, reason, rate, expectedReplayable, traceparent }: ReplayStart,
): Promise<{ replay: ReplayRow; count: ReplayCount }> {
  await refuseOneTooMany(db, viewer.userId, OPEN_REPLAYS);
  const id = newId();
  const at = timeOfId(id);
  const count = await countDeliveries(db, viewer, where, at);
  if (expectedReplayable !== null) refuseOtherNumber(expectedReplayable, replayableOf(count.tallies));
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
    traceparent,
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

function refuseOtherNumber(expected: number, replayable: number): void {
  if (replayable === expected) return;
  const message =
    `expectedReplayable is ${expected}, and ${replayable} of the deliveries that meet \`where\` can be sent again now. ` +
    'Count them again with dryRun, and give that number.';
  throw new InputError([{ field: ['expectedReplayable'], code: 'CONFLICT', message }]);
}

/** Replays of a user that are PENDING or RUNNING: their steps take turns with those of all others. */
export const MAX_OPEN_REPLAYS = 20;

export const OPEN_REPLAYS: LimitOfUser = {
  max: MAX_OPEN_REPLAYS,
  count: countOpenReplays,
  message:
    `${MAX_OPEN_REPLAYS} replays of this user are PENDING or RUNNING, which is the maximum. Wait until one is finished, ` +
    'or pause or cancel one.',
};
