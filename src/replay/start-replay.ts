// Starts replays of many deliveries, and counts the deliveries for a dry run.

import type { Viewer } from '../access/viewer';
import { namesIn } from '../audit/criteria';
import { recordAct } from '../audit/write-audit-entry';
import { DeliveryWhere } from '../delivery/api/delivery.type';
import type { DeliveryStatus } from '../delivery/delivery.entity';
import { InputError } from '../errors/errors';
import { textOfWhere, whereFromText } from '../graphql/lists/absent-filters';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { all, type Condition } from '../sql/condition';
import type { Db } from '../sql/db';
import { currentTime } from '../time/clock';
import { type LimitOfUser, refuseOneTooMany } from '../users/user-limits';
import { FIRST_ID, newId, timeOfId } from '../values/ids';
import { refuseAuditReceivers } from '../webhooks/changes/guarded-settings';
import { webhooksById } from '../webhooks/webhook.store';
import {
  changeReplay,
  countOpenReplays,
  type DeliveryTally,
  findReplayForUpdate,
  finishedBy,
  insertReplay,
  newestDeliveryId,
  type ReplayRow,
  tallyDeliveries,
} from './replay.store';

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

/** How many of them can be sent again. */
function replayableOf(tallies: readonly DeliveryTally[]): number {
  return totalOf(tallies.filter(({ isReplayable }) => isReplayable));
}

function totalOf(tallies: readonly DeliveryTally[]): number {
  return tallies.reduce((total, { count }) => total + count, 0);
}

// Pauses, resumes and cancels replays.

/** Until it is resumed, no further delivery is sent again. Those that already were continue. */
export async function pauseReplay(db: Db, viewer: Viewer, id: string | null): Promise<ReplayRow> {
  const replay = await replayToChange(db, viewer, id);
  if (replay.status === 'PAUSED') return replay;
  refuseFinished(replay);
  return change(db, viewer, replay, { status: 'PAUSED' }, 'replay.paused');
}

/** Continues where it was paused, within its rate. */
export async function resumeReplay(db: Db, viewer: Viewer, id: string | null): Promise<ReplayRow> {
  const replay = await replayToChange(db, viewer, id);
  refuseFinished(replay);
  if (replay.status !== 'PAUSED') return replay;
  await refuseOneTooMany(db, replay.orderedBy, OPEN_REPLAYS);
  return change(db, viewer, replay, { status: replay.startedAt ? 'RUNNING' : 'PENDING' }, 'replay.resumed');
}

/** Ends the replay. Deliveries that were already sent again continue. */
export async function cancelReplay(db: Db, viewer: Viewer, id: string | null): Promise<ReplayRow> {
  const replay = await replayToChange(db, viewer, id);
  if (replay.status === 'CANCELLED') return replay;
  refuseFinished(replay);
  return change(db, viewer, replay, { status: 'CANCELLED', finishedAt: currentTime() }, 'replay.cancelled');
}

async function change(
  db: Db,
  viewer: Viewer,
  replay: ReplayRow,
  changes: Partial<ReplayRow>,
  action: string,
): Promise<ReplayRow> {
  await changeReplay(db, replay.id, changes);
  const details = { from: replay.status, replayed: replay.replayed, deliveryCount: replay.deliveryCount };
  await recordAct(db, viewer, { action, subjectType: 'Replay', subjectId: replay.id, details });
  return { ...replay, ...changes };
}

function refuseFinished({ status, finishedAt }: ReplayRow): void {
  if (finishedAt === null) return;
  const message = `The replay is ${status}, which is final: start a new one.`;
  throw new InputError([{ field: ['id'], code: 'CONFLICT', message }]);
}

async function replayToChange(db: Db, viewer: Viewer, id: string | null): Promise<ReplayRow> {
  const replay = id === null ? null : await findReplayForUpdate(db, id);
  if (!replay) {
    throw new InputError([{ field: ['id'], code: 'NOT_FOUND', message: 'There is no replay with this id.' }]);
  }
  refuseAuditReceivers(viewer, [{ name: 'A webhook of this replay', receiveAuditEvents: replay.ofAuditReceiver }]);
  return replay;
}

/** Replays of a user that are PENDING or RUNNING: their steps take turns with those of all others. */
export const MAX_OPEN_REPLAYS = 20;

const OPEN_REPLAYS: LimitOfUser = {
  max: MAX_OPEN_REPLAYS,
  count: countOpenReplays,
  message:
    `${MAX_OPEN_REPLAYS} replays of this user are PENDING or RUNNING, which is the maximum. Wait until one is finished, ` +
    'or pause or cancel one.',
};

/** @throws Error if this version does not have one of its filters, or has another filter of that name */
export function conditionFrom(text: string): Condition {
  return conditionOf(whereFromText(text), DeliveryWhere.filter);
}

// The count of a replay, in the form of the API.

const MAX_WEBHOOKS = 20;

export interface Counted {
  deliveryCount: number;
  replayable: number;
}

export interface CountShape extends Counted {
  /** Of those that can be sent again; null: there are none. */
  oldestId: string | null;
  newestId: string | null;
  byStatus: (Counted & { status: DeliveryStatus })[];
  byWebhook: (Counted & { webhookId: string })[];
}

export function countShape(tallies: readonly DeliveryTally[]): CountShape {
  const replayable = tallies.filter(({ isReplayable }) => isReplayable);
  return {
    ...counted(tallies),
    oldestId: replayable.map(({ oldest }) => oldest).sort()[0] ?? null,
    newestId:
      replayable
        .map(({ newest }) => newest)
        .sort()
        .at(-1) ?? null,
    byStatus: largestFirst(tallies, ({ status }) => status).map(({ key, ...rest }) => ({ status: key, ...rest })),
    byWebhook: largestFirst(tallies, ({ webhookId }) => webhookId)
      .slice(0, MAX_WEBHOOKS)
      .map(({ key, ...rest }) => ({ webhookId: key, ...rest })),
  };
}

function largestFirst<Key>(tallies: readonly DeliveryTally[], keyOf: (tally: DeliveryTally) => Key) {
  const groups = [...Map.groupBy(tallies, keyOf)].map(([key, group]) => ({ key, ...counted(group) }));
  return groups.sort((one, other) => other.deliveryCount - one.deliveryCount);
}

function counted(tallies: readonly DeliveryTally[]): Counted {
  return { deliveryCount: totalOf(tallies), replayable: replayableOf(tallies) };
}
