// Adds the next changes of the feed to the rollups (request_stats), in one transaction.
import { createHash } from 'node:crypto';
import type { Db } from '../../sql/db';
import { type Slice, sliceBefore } from '../feed/backfill.store';
import { lockPosition, savePosition } from '../feed/feed-position.store';
import { type FeedPosition, readFeed } from '../feed/request-change.store';
import { addDurations } from './duration-percentiles';
import { GRAINS, type Grain } from './request-stats.entity';
import {
  type ClosedGroup,
  closedGroups,
  deleteOpen,
  insertOpen,
  insertSeries,
  type RollupKey,
  rollupDurations,
  type Series,
  saveRollups,
  seriesIds,
} from './request-stats.store';

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
  await addToRollups(db, await closedGroups(db, [...closed, ...(slice?.closed ?? [])]));
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

/** An increment of one rollup. */
interface Rollup {
  series: Series;
  grain: Grain;
  minute: number;
  requests: number;
  retries: number;
  durations: Map<number, number>;
}

async function addToRollups(db: Db, groups: readonly ClosedGroup[]): Promise<void> {
  if (groups.length === 0) return;
  const rollups = rollupsOf(groups);
  const ids = await idsOfSeries(db, rollups);
  const keyed = rollups.map((rollup) => ({ ...rollup, seriesId: ids.get(rollup.series.digest) as number }));
  const present = new Map((await rollupDurations(db, keyed)).map(({ n, durations }) => [n, durations]));
  const nothing = Buffer.alloc(0);
  const changes = keyed.map(({ seriesId, grain, minute, requests, retries, durations }, n) => {
    const added = [...durations].sort(([one], [other]) => one - other);
    return { seriesId, grain, minute, requests, retries, durations: addDurations(present.get(n) ?? nothing, added) };
  });
  // always in the same order, as everything that locks rows
  await saveRollups(db, changes.sort(byKey));
}

function byKey(one: RollupKey, other: RollupKey): number {
  return one.seriesId - other.seriesId || one.grain - other.grain || one.minute - other.minute;
}

// Each grain is made of the next finer one: there are far fewer rollups than requests.
function rollupsOf(groups: readonly ClosedGroup[]): Rollup[] {
  const series = new Map<string, Series>();
  const parts = groups.map((group) => ({ ...group, durations: readDurations(group.durations) }));
  const ofAll = { detailed: false, webhookId: null, documentType: null };
  const all = parts.map((part) => ({ ...part, series: seriesOf(series, { ...part, ...ofAll }) }));
  const each = parts.map((part) => ({ ...part, series: seriesOf(series, { ...part, detailed: true }) }));
  // by webhook, there would be about as many minutes as requests
  return [...levelsOf(all, GRAINS), ...levelsOf(each, GRAINS.slice(1))];
}

type Part = Omit<Rollup, 'grain'>;

function levelsOf(parts: readonly Part[], [grain, ...coarser]: readonly Grain[]): Rollup[] {
  if (grain === undefined) return [];
  const rollups = new Map<string, Rollup>();
  for (const part of parts) {
    const minute = part.minute - (part.minute % grain);
    const key = `${part.series.digest} ${minute}`;
    let rollup = rollups.get(key);
    if (!rollup) {
      rollup = { series: part.series, grain, minute, requests: 0, retries: 0, durations: new Map() };
      rollups.set(key, rollup);
    }
    rollup.requests += part.requests;
    rollup.retries += part.retries;
    for (const [ms, count] of part.durations) rollup.durations.set(ms, (rollup.durations.get(ms) ?? 0) + count);
  }
  const level = [...rollups.values()];
  return [...level, ...levelsOf(level, coarser)];
}

function readDurations(text: string | null): Map<number, number> {
  const counts = new Map<number, number>();
  for (const ms of text === null ? [] : text.split(',').map(Number)) counts.set(ms, (counts.get(ms) ?? 0) + 1);
  return counts;
}

/** @param known the series of this step by their attributes */
function seriesOf(known: Map<string, Series>, facts: Omit<Series, 'digest'>): Series {
  const { detailed, webhookId, documentType, direction, status, errorCode } = facts;
  const text = JSON.stringify([detailed, webhookId, documentType, direction, status, errorCode]);
  let series = known.get(text);
  if (!series) {
    const digest = createHash('sha256').update(text).digest('hex');
    series = { digest, detailed, webhookId, documentType, direction, status, errorCode };
    known.set(text, series);
  }
  return series;
}

async function idsOfSeries(db: Db, rollups: readonly Rollup[]): Promise<Map<string, number>> {
  const wanted = new Map(rollups.map(({ series }) => [series.digest, series]));
  const ids = new Map((await seriesIds(db, [...wanted.keys()])).map(({ id, digest }) => [digest, id]));
  const unknown = [...wanted.values()].filter(({ digest }) => !ids.has(digest));
  for (const { id, digest } of await insertSeries(db, unknown)) ids.set(digest, id);
  return ids;
}
