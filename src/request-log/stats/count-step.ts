// A step of counting: from the feed into request_stats, in one transaction.
import { createHash } from 'node:crypto';
import type { Db } from '../../sql/db';
import { type Slice, sliceBefore } from '../feed/backfill.store';
import { lockPosition, savePosition } from '../feed/feed-position.store';
import { type FeedPosition, readFeed } from '../feed/request-change.store';
import { addDurations } from './duration-percentiles';
import { GRAINS, type Grain } from './request-stats.entity';
import {
  type CellKey,
  type ClosedGroup,
  cellDurations,
  closedGroups,
  deleteOpen,
  insertOpen,
  insertSeries,
  type Series,
  saveCells,
  seriesIds,
} from './request-stats.store';

/** Requests in a step: about a second of work, which a stop of the process waits for. */
const STEP_REQUESTS = 50_000;
const CHANGES_AT_ONCE = 50;
/** Most changes are of few requests: so many reads of the feed, then the step ends. */
const MAX_READS = 40;

export interface CountedStep {
  /** More is waiting; false too where another process counts, or the feed is to be rebuilt first. */
  more: boolean;
  /** How many requests were counted that were there before the feed; null: this step counted none of these. */
  backfilled: number | null;
  /** When the first of what the feed told was opened or closed; null: it told nothing. */
  oldest: Date | null;
}

/**
 * Counts what the feed holds beyond the position, and saves both together: a process that is killed in between has counted
 * nothing. Where the feed is read to its end and older requests are not counted yet, it counts a slice of these too.
 * @param atMost about so many openings and closings in this step, and as many older requests
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
  // a position that only grew older says the same
  if (opened.size + closed.size === 0 && locked.feed.to === null && !slice) return step;
  await deleteOpen(db, [...closed]);
  await insertOpen(db, [...[...opened].filter((id) => !closed.has(id)), ...(slice?.open ?? [])]);
  await addToCells(db, await closedGroups(db, [...closed, ...(slice?.closed ?? [])]));
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

/** @param before what the feed says of smaller ids is passed over: it is counted with their slice */
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
 * The slice is counted as its snapshot sees it. So the feed is read up to that very snapshot, in this step: what it says of
 * the slice from there on comes later than what was counted, and all that comes later is in it.
 */
async function takeSlice(db: Db, changes: Changes, before: string, atMost: number): Promise<Slice> {
  const slice = await sliceBefore(db, before, atMost);
  changes.position = { ...changes.position, to: slice.snapshot };
  while (changes.position.to !== null) await readOn(db, changes, before);
  return slice;
}

/** What is added to a span of time of a series. */
interface Cell {
  series: Series;
  grain: Grain;
  minute: number;
  requests: number;
  retries: number;
  durations: Map<number, number>;
}

async function addToCells(db: Db, groups: readonly ClosedGroup[]): Promise<void> {
  if (groups.length === 0) return;
  const cells = cellsOf(groups);
  const ids = await idsOfSeries(db, cells);
  const keyed = cells.map((cell) => ({ ...cell, seriesId: ids.get(cell.series.digest) as number }));
  const present = new Map((await cellDurations(db, keyed)).map(({ n, durations }) => [n, durations]));
  const nothing = Buffer.alloc(0);
  const changes = keyed.map(({ seriesId, grain, minute, requests, retries, durations }, n) => {
    const added = [...durations].sort(([one], [other]) => one - other);
    return { seriesId, grain, minute, requests, retries, durations: addDurations(present.get(n) ?? nothing, added) };
  });
  // always in the same order, as everything that locks rows
  await saveCells(db, changes.sort(byKey));
}

function byKey(one: CellKey, other: CellKey): number {
  return one.seriesId - other.seriesId || one.grain - other.grain || one.minute - other.minute;
}

// Each grain is made of the next finer one: there are far fewer cells than requests.
function cellsOf(groups: readonly ClosedGroup[]): Cell[] {
  const series = new Map<string, Series>();
  const parts = groups.map((group) => ({ ...group, durations: readDurations(group.durations) }));
  const ofAll = { detailed: false, webhookId: null, documentType: null };
  const all = parts.map((part) => ({ ...part, series: seriesOf(series, { ...part, ...ofAll }) }));
  const each = parts.map((part) => ({ ...part, series: seriesOf(series, { ...part, detailed: true }) }));
  // by webhook, minutes would be about as many as the requests themselves
  return [...levelsOf(all, GRAINS), ...levelsOf(each, GRAINS.slice(1))];
}

type Part = Omit<Cell, 'grain'>;

function levelsOf(parts: readonly Part[], [grain, ...coarser]: readonly Grain[]): Cell[] {
  if (grain === undefined) return [];
  const cells = new Map<string, Cell>();
  for (const part of parts) {
    const minute = part.minute - (part.minute % grain);
    const key = `${part.series.digest} ${minute}`;
    let cell = cells.get(key);
    if (!cell) {
      cell = { series: part.series, grain, minute, requests: 0, retries: 0, durations: new Map() };
      cells.set(key, cell);
    }
    cell.requests += part.requests;
    cell.retries += part.retries;
    for (const [ms, count] of part.durations) cell.durations.set(ms, (cell.durations.get(ms) ?? 0) + count);
  }
  const level = [...cells.values()];
  return [...level, ...levelsOf(level, coarser)];
}

function readDurations(text: string | null): Map<number, number> {
  const counts = new Map<number, number>();
  for (const ms of text === null ? [] : text.split(',').map(Number)) counts.set(ms, (counts.get(ms) ?? 0) + 1);
  return counts;
}

/** @param known those of this step, by what they are */
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

async function idsOfSeries(db: Db, cells: readonly Cell[]): Promise<Map<string, number>> {
  const wanted = new Map(cells.map(({ series }) => [series.digest, series]));
  const ids = new Map((await seriesIds(db, [...wanted.keys()])).map(({ id, digest }) => [digest, id]));
  const unknown = [...wanted.values()].filter(({ digest }) => !ids.has(digest));
  for (const { id, digest } of await insertSeries(db, unknown)) ids.set(digest, id);
  return ids;
}
