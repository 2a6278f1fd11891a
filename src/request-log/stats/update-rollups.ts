// Adds the next changes of the feed to the rollups (request_stats), in one transaction.
import type { Db } from '../../sql/db';
import { type Slice, sliceBefore } from '../feed/backfill.store';
import { type FeedDeadLetter, type FollowedRow, without } from '../feed/feed-dead-letters.store';
import {
  type FollowedKind,
  lockPosition,
  type SavedPosition,
  savePosition,
  waitForPosition,
} from '../feed/feed-position.store';
import { type FeedPosition, readFeed } from '../feed/read-feed.store';
import { addToRollups, occurrencesIn, type RollupGroup } from './rollups';
import { type ClosedGroup, closedGroups, deleteOpen, insertOpen, REQUEST_ROLLUPS, stillOpen } from './rollups.store';

/** Requests per step: about a second of work. A stopping process waits for the end of the step. */
const STEP_REQUESTS = 50_000;
const CHANGES_AT_ONCE = 50;
/** Reads of the feed per step, because most changes have few requests. */
const MAX_READS = 40;

export interface CountedStep {
  /** Whether there is a next step; false also if another process counts, or if the feed must be rebuilt first. */
  more: boolean;
  /** The number of requests older than the feed that were counted; null: this step did not count such requests. */
  backfilled: number | null;
  /** The time of the first change that was counted; null: there was none. */
  oldest: Date | null;
}

/**
 * Counts the changes after the position, and saves the counts and the new position together, so that a process that is
 * killed has counted nothing. At the end of the feed, it counts a slice of older requests, if some are not counted yet.
 * @param atMost the approximate number of openings and closings of this step, and of older requests
 * @param deadLetters requests that cannot be counted
 */
export async function countStep(
  db: Db,
  atMost = STEP_REQUESTS,
  deadLetters: readonly FeedDeadLetter[] = [],
): Promise<CountedStep> {
  const locked = await lockPosition(db, 'counts');
  if (!locked) return { more: false, backfilled: null, oldest: null };
  const { backfillBefore: before, now } = locked;
  const { changes, slice, opened, closed } = await readStep(db, locked, atMost);
  const step = {
    more: !changes.isDrained || (slice !== null && slice.before !== null),
    backfilled: slice && slice.open.length + slice.closed.length,
    oldest: changes.oldest,
  };
  // nothing was read, and the saved position is still valid
  if (changes.oldest === null && locked.feed.to === null && !slice) return step;
  await countClosed(db, await without(db, deadLetters, 'COUNT_CLOSED', closed));
  await insertOpen(db, await without(db, deadLetters, 'COUNT_OPENED', opened));
  await savePosition(
    db,
    'counts',
    { feed: changes.position, backfillBefore: slice ? slice.before : before },
    step.more ? null : now,
  );
  return step;
}

/** What countStep() counts next. */
export async function nextToCount(db: Db, atMost: number): Promise<FollowedRow[]> {
  const locked = await lockPosition(db, 'counts');
  if (!locked) return [];
  const { opened, closed } = await readStep(db, locked, atMost);
  return [
    ...closed.map((id): FollowedRow => ({ kind: 'COUNT_CLOSED', id })),
    ...opened.map((id): FollowedRow => ({ kind: 'COUNT_OPENED', id })),
  ];
}

/** As countStep() would for these of them. It must be rolled back: the position stays before it. */
export async function tryToCount(db: Db, rows: readonly FollowedRow[]): Promise<void> {
  await waitForPosition(db, 'counts');
  const of = (kind: FollowedKind) => rows.filter((row) => row.kind === kind).map(({ id }) => id);
  await countClosed(db, of('COUNT_CLOSED'));
  await insertOpen(db, of('COUNT_OPENED'));
}

/** Counts a request that was left out. */
export async function countOne(db: Db, { kind, id }: FollowedRow): Promise<void> {
  await waitForPosition(db, 'counts');
  // one that has closed since then is counted by its closing, which was read, or will be
  await (kind === 'COUNT_CLOSED' ? countClosed(db, [id]) : insertOpen(db, await stillOpen(db, id)));
}

async function countClosed(db: Db, ids: readonly string[]): Promise<void> {
  await deleteOpen(db, ids);
  await addToRollups(db, REQUEST_ROLLUPS, (await closedGroups(db, ids)).map(groupOf));
}

interface ReadStep {
  changes: Changes;
  slice: Slice | null;
  /** Without those that are closed too. */
  opened: string[];
  closed: string[];
}

async function readStep(db: Db, { feed, backfillBefore }: SavedPosition, atMost: number): Promise<ReadStep> {
  const changes = await readChanges(db, feed, backfillBefore, atMost);
  const slice =
    changes.isDrained && backfillBefore !== null ? await takeSlice(db, changes, backfillBefore, atMost) : null;
  return {
    changes,
    slice,
    opened: [...[...changes.opened].filter((id) => !changes.closed.has(id)), ...(slice?.open ?? [])],
    closed: [...changes.closed, ...(slice?.closed ?? [])],
  };
}

interface Changes {
  opened: Set<string>;
  closed: Set<string>;
  position: FeedPosition;
  isDrained: boolean;
  oldest: Date | null;
}

/** @param before changes of requests with smaller ids are ignored; these requests are counted with their slice */
async function readChanges(db: Db, from: FeedPosition, before: string | null, atMost: number): Promise<Changes> {
  const changes: Changes = { opened: new Set(), closed: new Set(), position: from, isDrained: false, oldest: null };
  const { opened, closed } = changes;
  for (let reads = 0; !changes.isDrained && reads < MAX_READS && opened.size + closed.size < atMost; reads += 1) {
    changes.isDrained = !(await readOn(db, changes, before, Math.min(CHANGES_AT_ONCE, atMost)));
  }
  return changes;
}

/** @returns whether there is more to read */
async function readOn(db: Db, changes: Changes, before: string | null, atOnce = CHANGES_AT_ONCE): Promise<boolean> {
  const read = await readFeed(db, changes.position, atOnce);
  for (const { kind, requestIds } of read.changes) {
    const ids = kind === 'OPENED' ? changes.opened : changes.closed;
    for (const id of requestIds) if (before === null || id >= before) ids.add(id);
  }
  changes.oldest ??= read.changes[0]?.at ?? null;
  changes.position = read.position;
  return read.more;
}

/**
 * The slice is counted as its snapshot sees it. The same step therefore reads the feed up to that snapshot: each later
 * change of these requests is then after the position, and is counted exactly once.
 */
async function takeSlice(db: Db, changes: Changes, before: string, atMost: number): Promise<Slice> {
  const slice = await sliceBefore(db, before, atMost);
  changes.position = { ...changes.position, to: slice.snapshot };
  while (changes.position.to !== null) await readOn(db, changes, before);
  return slice;
}

function groupOf(closed: ClosedGroup): RollupGroup {
  const { minute, webhookId, documentType, direction, status, errorCode, requests, retries } = closed;
  const { durations, dnsTimes, connectTimes, tlsTimes, firstByteTimes } = closed;
  const histograms = [durations, dnsTimes, connectTimes, tlsTimes, firstByteTimes].map((text) => occurrencesIn(text));
  const values = [webhookId, documentType, direction, status, errorCode];
  return { minute, values, count: requests, sum: retries, histograms };
}
