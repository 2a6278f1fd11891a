// Runs the steps of replays.

import { replayQueued } from '../events/own-events';
import { publishOwnEvents } from '../events/publish-own-events';
import type { Log } from '../logging/log';
import { batched } from '../sql/batched-statements';
import { all, type Condition } from '../sql/condition';
import { isDatabaseUnavailable } from '../sql/database-errors';
import type { Db } from '../sql/db';
import { currentTime } from '../time/clock';
import { type Loop, startLoop } from '../time/loop';
import { usersById } from '../users/user.store';
import { FIRST_ID, toNodeId } from '../values/ids';
import { conditionFrom } from './deliveries-to-replay';
import { type ToEvaluate, withEvaluations } from './evaluate-skipped';
import {
  changeReplay,
  claimDueReplay,
  type DeliveryRange,
  deliveriesInRange,
  endOfWindow,
  finishedBy,
  nextStepInMs,
  noteStep,
  postponeStep,
  type ReplayRow,
} from './replay.store';
import { type ResendParts, resendDeliveries } from './replay-delivery';

const REST_MS = 1_000;
/** While another worker runs the step that is due. */
const MIN_REST_MS = 50;
const RETRY_MS = 10_000;
const FAILED = 'The last step failed and is retried every 10 s. The log of the worker has the reason.';

export interface ReplayParts {
  /** For reads without a transaction. */
  db: Db;
  transaction<T>(work: (db: Db) => Promise<T>): Promise<T>;
  log: Log;
  /** Called after deliveries became due. */
  onReplayed(): void;
}

export function startReplayLoop(parts: ReplayParts): Loop {
  return startLoop('replay', REST_MS, parts.log, async () => {
    const dueInMs = await nextStepInMs(batched(parts.db));
    if (dueInMs === null) return false;
    if (dueInMs > 0) return Math.min(REST_MS, Math.max(MIN_REST_MS, dueInMs));
    if (!(await runStep(parts))) return MIN_REST_MS;
    parts.onReplayed();
    return true;
  });
}

// A replay whose steps fail must not delay the others.
async function runStep({ db, transaction, log }: ReplayParts): Promise<boolean> {
  let claimed: string | null = null;
  try {
    const { stepped } = await withEvaluations(db, (evaluations, isLast) =>
      transaction(async (own) => {
        const replay = await claimDueReplay(own, claimed);
        if (!replay) return { stepped: false };
        claimed = replay.id;
        return stepReplay(own, { viewer: null, evaluations, isLast }, replay);
      }),
    );
    return stepped;
  } catch (error) {
    const id = claimed as string | null;
    if (id === null || isDatabaseUnavailable(error)) throw error;
    log.error({ err: error, replay: toNodeId('Replay', id) }, 'a step of a replay failed');
    await transaction((own) => postponeStep(own, id, RETRY_MS, FAILED));
    return false;
  }
}

// One step of a replay: some deliveries, in one transaction.

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
async function stepReplay(db: Db, parts: ResendParts, replay: ReplayRow): Promise<Stepped | ToEvaluate> {
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
  const resent = await resendDeliveries(db, parts, replay, found);
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
