// Counts deliveries by their state, in rollups (delivery_stats), from the feed of changes.

import { type FeedDeadLetter, type FollowedRow, without } from '../../request-log/feed/feed-dead-letters.store';
import { lockPosition, savePosition, waitForPosition } from '../../request-log/feed/feed-position.store';
import { type FeedPosition, readChanges } from '../../request-log/feed/read-feed.store';
import { addToRollups, occurrencesIn, type RollupGroup } from '../../request-log/stats/rollups';
import type { CountedStep } from '../../request-log/stats/update-rollups';
import type { Db } from '../../sql/db';
import { timeOfId } from '../../values/ids';
import {
  DELIVERY_FEED,
  DELIVERY_ROLLUPS,
  type DeliveryChange,
  type DeliveryGroup,
  type DeliverySlice,
  deleteReadChanges,
  deliveriesBefore,
  deliveriesIntoFeed,
  takeChanges,
} from './delivery-change.store';

/** Changes, and older deliveries, per step: about a second of work. */
const STEP_DELIVERIES = 20_000;
const CHANGES_AT_ONCE = 2_000;

/**
 * Counts the changes after the position, and saves the counts and the new position together, as countStep() does. At the
 * end of the feed, it counts a slice of older deliveries, if some are not counted yet.
 * @param atMost the approximate number of changes of this step, and of older deliveries
 * @param deadLetters changes that cannot be counted
 */
export async function countDeliveriesStep(
  db: Db,
  atMost = STEP_DELIVERIES,
  deadLetters: readonly FeedDeadLetter[] = [],
): Promise<CountedStep> {
  return stepWith(db, deliveriesBefore, atMost, deadLetters);
}

/**
 * As a step, but puts the older deliveries into the feed as changes of one delivery each, instead of counting them. The next steps count
 * them then, or leave some of them out.
 * @returns false: there are none
 */
export async function olderDeliveriesIntoFeed(db: Db, atMost: number): Promise<boolean> {
  return (await stepWith(db, deliveriesIntoFeed, atMost, [])).backfilled !== null;
}

async function stepWith(
  db: Db,
  sliceBefore: typeof deliveriesBefore,
  atMost: number,
  deadLetters: readonly FeedDeadLetter[],
): Promise<CountedStep> {
  const locked = await lockPosition(db, 'deliveries');
  if (!locked) return { more: false, backfilled: null, oldest: null };
  const { feed, backfillBefore: before, now } = locked;
  const read = await readChangesAfter(db, feed, before, atMost);
  const slice = read.isDrained && before !== null ? await takeSlice(db, sliceBefore, read, before, atMost) : null;
  const backfilled = slice ? slice.groups.reduce((sum, each) => sum + each.deliveries, 0) : null;
  const step = { more: !read.isDrained || (slice !== null && slice.before !== null), backfilled, oldest: read.oldest };
  // nothing to count, and the saved position is still valid
  if (read.changes.length === 0 && feed.to === null && !slice) return step;
  const ids = read.changes.map(({ id }) => id);
  const counted = new Set(await without(db, deadLetters, 'COUNT_DELIVERIES', ids));
  const groups = [...read.changes.filter(({ id }) => counted.has(id)), ...(slice?.groups ?? [])];
  await addToRollups(db, DELIVERY_ROLLUPS, groups.map(groupOf));
  const backfillBefore = slice ? slice.before : before;
  await savePosition(db, 'deliveries', { feed: read.position, backfillBefore }, step.more ? null : now);
  return step;
}

/** The changes that countDeliveriesStep() counts next. */
export async function nextDeliveriesToCount(db: Db, atMost: number): Promise<FollowedRow[]> {
  const locked = await lockPosition(db, 'deliveries');
  if (!locked) return [];
  const { changes } = await readChangesAfter(db, locked.feed, locked.backfillBefore, atMost);
  return changes.map(({ id }) => ({ kind: 'COUNT_DELIVERIES', id }));
}

/** Counts these changes, and deletes them. */
export async function countChanges(db: Db, rows: readonly FollowedRow[]): Promise<void> {
  await waitForPosition(db, 'deliveries');
  const changes = await takeChanges(
    db,
    rows.map(({ id }) => id),
  );
  await addToRollups(db, DELIVERY_ROLLUPS, changes.map(groupOf));
}

/** Deletes the changes that were counted. */
export async function forgetCounted(db: Db): Promise<void> {
  const locked = await lockPosition(db, 'deliveries');
  if (locked) await deleteReadChanges(db, locked.feed);
}

interface Read {
  changes: DeliveryChange[];
  position: FeedPosition;
  oldest: Date | null;
  isDrained: boolean;
}

async function readChangesAfter(db: Db, feed: FeedPosition, before: string | null, atMost: number): Promise<Read> {
  const read: Read = { changes: [], position: feed, oldest: null, isDrained: false };
  const atOnce = Math.min(CHANGES_AT_ONCE, atMost);
  while (!read.isDrained && read.changes.length < atMost) read.isDrained = !(await readOn(db, read, before, atOnce));
  return read;
}

/**
 * @param before changes of deliveries with smaller ids are ignored; these deliveries are counted with their slice
 * @returns whether there is more to read
 */
async function readOn(db: Db, read: Read, before: string | null, atOnce = CHANGES_AT_ONCE): Promise<boolean> {
  const { changes, position, more } = await readChanges<DeliveryChange>(db, DELIVERY_FEED, read.position, atOnce);
  const since = before === null ? 0 : timeOfId(before).getTime() / 60_000;
  read.changes.push(...changes.filter(({ minute }) => minute >= since));
  read.oldest ??= changes[0]?.at ?? null;
  read.position = position;
  return more;
}

/**
 * The slice is counted as its snapshot sees it. The same step therefore reads the feed up to that snapshot: each later
 * change of these deliveries is then after the position, and is counted exactly once.
 */
async function takeSlice(
  db: Db,
  sliceBefore: typeof deliveriesBefore,
  read: Read,
  before: string,
  atMost: number,
): Promise<DeliverySlice> {
  const slice = await sliceBefore(db, before, atMost);
  read.position = { ...read.position, to: slice.snapshot };
  while (read.position.to !== null) await readOn(db, read, before);
  return slice;
}

function groupOf({ minute, webhookId, documentType, status, skipReason, ...numbers }: DeliveryGroup): RollupGroup {
  const histograms = [occurrencesIn(numbers.arrivals, Math.sign(numbers.deliveries))];
  const values = [webhookId, documentType, status, skipReason];
  return { minute, values, count: numbers.deliveries, sum: numbers.attempts, histograms };
}
