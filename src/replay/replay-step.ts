// One step of a replay: a few deliveries, in one transaction.
import { currentTime } from '../clock';
import { replayCompleted } from '../delivery/own-event-builders';
import type { DeliveryQueue } from '../delivery/queue/queue';
import { publishOwnEvents } from '../events/own-events';
import { all, type Condition } from '../sql/condition';
import type { Db } from '../sql/db';
import { usersById } from '../users/user.store';
import { reopen } from './reopen';
import { changeReplay, noteStep, type ReplayRow } from './replay.store';
import { type DeliveryRange, deliveriesInRange, endOfWindow, overBy } from './replayed-deliveries.store';
import { FIRST_ID } from './start-replay';
import { conditionFrom } from './stored-condition';

/** Steps are so short that a partner sees a stream, and so long that they cost little. */
const STEPS_A_SECOND = 4;
/** How many deliveries a step looks at: a condition that few of a million meet must not become one long statement. */
const WINDOW = 10_000;

/**
 * Opens the next deliveries of a claimed replay again and moves its cursor past them, both or neither: each delivery is
 * looked at exactly once, whoever dies in between. What cannot be sent again is skipped, and costs nothing of the rate.
 */
export async function stepReplay(db: Db, queue: DeliveryQueue, replay: ReplayRow): Promise<void> {
  const now = currentTime();
  const condition = conditionOf(replay);
  if (typeof condition === 'string') return finish(db, replay, now, { status: 'FAILED', error: condition });
  const rest = { after: replay.cursor ?? FIRST_ID, last: replay.lastDeliveryId };
  const end = await endOfWindow(db, rest, WINDOW);
  if (end === null) return finish(db, replay, now, { status: 'COMPLETED', error: null });
  await replayWithin(db, queue, replay, { after: rest.after, last: end }, condition, now);
}

async function replayWithin(
  db: Db,
  queue: DeliveryQueue,
  replay: ReplayRow,
  range: DeliveryRange,
  condition: Condition,
  now: Date,
): Promise<void> {
  const atMost = Math.ceil(replay.rate / STEPS_A_SECOND);
  const found = await deliveriesInRange(db, range, condition, atMost);
  const skipped = (await reopen(db, queue, replay.id, found)).size;
  const replayed = found.length - skipped;
  const cursor = found.length === atMost ? (found.at(-1)?.id as string) : range.last;
  await noteStep(db, replay.id, { cursor, replayed, skipped, restMs: (replayed * 1000) / replay.rate }, now);
}

async function finish(
  db: Db,
  replay: ReplayRow,
  now: Date,
  ending: { status: 'COMPLETED' | 'FAILED'; error: string | null },
): Promise<void> {
  await changeReplay(db, replay.id, { ...ending, startedAt: replay.startedAt ?? now, finishedAt: now });
  if (ending.status === 'COMPLETED') await tellCompletion(db, replay);
}

async function tellCompletion(db: Db, replay: ReplayRow): Promise<void> {
  const orderedBy = (await usersById(db, [replay.orderedBy])).get(replay.orderedBy)?.name ?? null;
  await publishOwnEvents(db, [replayCompleted({ ...replay, orderedBy })]);
}

// A sentence instead, when a version that knew other filters took the order.
function conditionOf({ condition, createdAt }: ReplayRow): Condition | string {
  try {
    return all([conditionFrom(condition ?? 'null'), overBy(createdAt)]);
  } catch (error) {
    return `This version cannot read what was ordered (${(error as Error).message}): order it again, with another where.`;
  }
}
