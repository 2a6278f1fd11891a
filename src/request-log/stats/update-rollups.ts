// Adds the next changes of the feed to the rollups (request_stats), in one transaction.
import type { Db } from '../../sql/db';
import { type Slice, sliceBefore } from '../feed/backfill.store';
import { lockPosition, savePosition } from '../feed/feed-position.store';
import type { FeedPosition } from '../feed/read-feed.store';
import { readFeed } from '../feed/request-change.store';
import { type ClosedGroup, closedGroups, deleteOpen, insertOpen, REQUEST_ROLLUPS } from './request-stats.store';
import { addOccurrences, addToRollups, type RollupGroup } from './rollups';

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
 */
export async function countStep(db: Db, atMost = STEP_REQUESTS): Promise<CountedStep> {
  const locked = await lockPosition(db, 'counts');
  if (!locked) return { more: false, backfilled: null, oldest: null };
  const { backfillBefore: before, now } = locked;
  const changes = await readChanges(db, locked.feed, before, atMost);
  const slice = changes.isDrained && before !== null ? await takeSlice(db, changes, before, atMost) : null;
  const { opened, closed, position, isDrained } = changes;
  const step = {
    more: !isDrained || (slice !== null && slice.before !== null),
    backfilled: slice && slice.open.length + slice.closed.length,
    oldest: changes.oldest,
  };
  // nothing to count, and the saved position is still valid
  if (opened.size + closed.size === 0 && locked.feed.to === null && !slice) return step;
  await deleteOpen(db, [...closed]);
  await insertOpen(db, [...[...opened].filter((id) => !closed.has(id)), ...(slice?.open ?? [])]);
  const groups = await closedGroups(db, [...closed, ...(slice?.closed ?? [])]);
  await addToRollups(db, REQUEST_ROLLUPS, groups.map(groupOf));
  await savePosition(
    db,
    'counts',
    { feed: position, backfillBefore: slice ? slice.before : before },
    step.more ? null : now,
  );
  return step;
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
    changes.isDrained = !(await readOn(db, changes, before));
  }
  return changes;
}

/** @returns whether there is more to read */
async function readOn(db: Db, changes: Changes, before: string | null): Promise<boolean> {
  const read = await readFeed(db, changes.position, CHANGES_AT_ONCE);
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
  const durations = new Map<number, number>();
  addOccurrences(durations, closed.durations);
  const values = [webhookId, documentType, direction, status, errorCode];
  return { minute, values, count: requests, sum: retries, durations };
}
