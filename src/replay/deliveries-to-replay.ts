// Which deliveries a replay sends again, and how many: also of a dry run.

import type { Viewer } from '../access/viewer';
import { DeliveryWhere } from '../delivery/api/delivery.type';
import type { DeliveryStatus } from '../delivery/delivery.entity';
import { textOfWhere, whereFromText } from '../graphql/lists/absent-filters';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { all, type Condition } from '../sql/condition';
import type { Db } from '../sql/db';
import { FIRST_ID } from '../values/ids';
import { refuseAuditReceivers } from '../webhooks/changes/guarded-settings';
import { webhooksById } from '../webhooks/webhook.store';
import { type DeliveryTally, finishedBy, newestDeliveryId, tallyDeliveries } from './replay.store';

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

/** How many of them can be sent again. */
export function replayableOf(tallies: readonly DeliveryTally[]): number {
  return totalOf(tallies.filter(({ isReplayable }) => isReplayable));
}

export function totalOf(tallies: readonly DeliveryTally[]): number {
  return tallies.reduce((total, { count }) => total + count, 0);
}

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
