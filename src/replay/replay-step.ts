// One step of a replay: some deliveries, in one transaction.

import { currentTime } from '../clock';
import { replayQueued } from '../delivery/own-event-builders';
import { publishOwnEvents } from '../events/own-events';
import { FIRST_ID } from '../ids';
import { all, type Condition } from '../sql/condition';
import type { Db } from '../sql/db';
import { usersById } from '../users/user.store';
import type { ToEvaluate } from './evaluate-skipped';
import { changeReplay, noteStep, type ReplayRow } from './replay.store';
import { type DeliveryRange, deliveriesInRange, endOfWindow, finishedBy } from './replayed-deliveries.store';
import { type ResendParts, resendDeliveries } from './resend-deliveries';
import { conditionFrom } from './stored-condition';

/** Enough to send a steady stream, and few enough to cost little. */
const STEPS_PER_SECOND = 4;
/** The number of deliveries that a step scans: a condition that few of a million meet must not make a long statement. */
const WINDOW = 10_000;

export interface Stepped {
  stepped: true;
}
const STEPPED: Stepped = { stepped: true };

/**
 * Sends the next deliveries of a claimed replay again and moves its cursor past them, in one transaction: each delivery is
 * processed exactly once, even if processes die. A delivery that cannot be sent again does not count in the rate.
 * @returns `toEvaluate`: nothing was changed
 */
export async function stepReplay(db: Db, parts: ResendParts, replay: ReplayRow): Promise<Stepped | ToEvaluate> {
  const now = currentTime();
  const condition = conditionOf(replay);
  if (typeof condition === 'string') return finish(db, replay, now, { status: 'FAILED', error: condition });
  const rest = { after: replay.cursor ?? FIRST_ID, last: replay.lastDeliveryId };
  const end = await endOfWindow(db, rest, WINDOW);
  if (end === null) return finish(db, replay, now, { status: 'QUEUED', error: null });
  return replayWithin(db, parts, replay, { after: rest.after, last: end }, condition, now);
}

async function replayWithin(
  db: Db,
  parts: ResendParts,
  replay: ReplayRow,
  range: DeliveryRange,
  condition: Condition,
  now: Date,
): Promise<Stepped | ToEvaluate> {
  const atMost = Math.ceil(replay.rate / STEPS_PER_SECOND);
  const all = await deliveriesInRange(db, range, condition, atMost);
  const found = beforeLater(all, parts.evaluations.later);
  const resent = await resendDeliveries(db, parts, replay.id, found);
  if ('toEvaluate' in resent) return resent;
  const skipped = resent.faults.size;
  const replayed = found.length - skipped;
  const cursor = found.length === atMost || found.length < all.length ? (found.at(-1)?.id as string) : range.last;
  await noteStep(db, replay.id, { cursor, replayed, skipped, restMs: (replayed * 1000) / replay.rate }, now);
  return STEPPED;
}

// At least one: the first one is evaluated, even if it was for later when there were others before it.
function beforeLater<Found extends { id: string }>(found: readonly Found[], later: ReadonlySet<string>): Found[] {
  const first = found.findIndex(({ id }, index) => index > 0 && later.has(id));
  return first === -1 ? [...found] : found.slice(0, first);
}

async function finish(
  db: Db,
  replay: ReplayRow,
  now: Date,
  end: { status: 'QUEUED' | 'FAILED'; error: string | null },
): Promise<Stepped> {
  await changeReplay(db, replay.id, { ...end, startedAt: replay.startedAt ?? now, finishedAt: now });
  if (end.status === 'QUEUED') await publishQueued(db, replay);
  return STEPPED;
}

async function publishQueued(db: Db, replay: ReplayRow): Promise<void> {
  const orderedBy = (await usersById(db, [replay.orderedBy])).get(replay.orderedBy)?.name ?? null;
  await publishOwnEvents(db, [replayQueued({ ...replay, orderedBy })]);
}

// Returns a message if the condition was stored by a version with other filters.
function conditionOf({ condition, createdAt }: ReplayRow): Condition | string {
  try {
    return all([conditionFrom(condition ?? 'null'), finishedBy(createdAt)]);
  } catch (error) {
    return `This version cannot read the where of the replay (${(error as Error).message}): start a new replay.`;
  }
}
