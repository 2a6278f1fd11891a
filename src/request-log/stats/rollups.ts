// Adds counted rows to rollups.
import { createHash } from 'node:crypto';
import type { Db } from '../../sql/db';
import { addDurations } from './duration-percentiles';
import {
  deleteRollups,
  GRAINS,
  type Grain,
  insertSeries,
  type RollupKey,
  type RollupTables,
  rollupHistograms,
  type Series,
  saveRollups,
  seriesIds,
} from './rollups.store';

/** Rows of one minute that are counted together. All numbers may be negative: rows are then taken out. */
export interface RollupGroup {
  /** Minutes since 1970. */
  minute: number;
  /** In the order of the dimensions of the tables. */
  values: readonly (string | null)[];
  count: number;
  sum: number;
  /** In the order of those of the tables: how often each duration occurred. */
  histograms: readonly ReadonlyMap<number, number>[];
}

/** An increment of one rollup. */
interface Rollup {
  series: Series;
  grain: Grain;
  minute: number;
  count: number;
  sum: number;
  histograms: Map<number, number>[];
}

/**
 * How many groups are computed at once. Groups that are each alone in their quarter of an hour make five rollups each; computing
 * 50,000 of them takes seconds on a busy machine, and PostgreSQL ends a transaction that is idle for 5 s.
 */
const GROUPS_AT_ONCE = 5_000;

export async function addToRollups(db: Db, tables: RollupTables, groups: readonly RollupGroup[]): Promise<void> {
  for (let from = 0; from < groups.length; from += GROUPS_AT_ONCE) {
    await addGroups(db, tables, groups.slice(from, from + GROUPS_AT_ONCE));
  }
}

async function addGroups(db: Db, tables: RollupTables, groups: readonly RollupGroup[]): Promise<void> {
  const rollups = rollupsOf(tables, groups).filter(isChange);
  if (rollups.length === 0) return;
  const ids = await idsOfSeries(db, tables, rollups);
  const keyed = rollups.map((rollup) => ({ ...rollup, seriesId: ids.get(rollup.series.digest) as number }));
  const present = new Map((await rollupHistograms(db, tables, keyed)).map(({ n, histograms }) => [n, histograms]));
  const changes = keyed.map(({ seriesId, grain, minute, count, sum, histograms }, n) => {
    const before = present.get(n);
    return {
      seriesId,
      grain,
      minute,
      count,
      sum,
      histograms: histograms.map((added, at) => withAdded(before?.[at], added)),
    };
  });
  // always in the same order, as everything that locks rows
  await deleteRollups(db, tables, await saveRollups(db, tables, changes.sort(byKey)));
}

/** How often each duration occurs, `times` each. @param text milliseconds, separated by commas; null: none */
export function occurrencesIn(text: string | null, times = 1): Map<number, number> {
  if (text === null) return NONE;
  const counts = new Map<number, number>();
  for (const each of text.split(',')) {
    const ms = Number(each);
    counts.set(ms, (counts.get(ms) ?? 0) + times);
  }
  return counts;
}

/** Shared, because most histograms of a step are empty: a connection is opened for few requests. */
const NONE: Map<number, number> = new Map();

/** @param sums changed, unless it is NONE */
function withOccurrences(sums: Map<number, number>, added: ReadonlyMap<number, number>): Map<number, number> {
  if (sums === NONE) return new Map(added);
  for (const [ms, times] of added) sums.set(ms, (sums.get(ms) ?? 0) + times);
  return sums;
}

const NOTHING = Buffer.alloc(0);

function withAdded(before: Buffer = NOTHING, added: ReadonlyMap<number, number>): Buffer {
  if (added.size === 0) return before;
  return addDurations(
    before,
    [...added].sort(([one], [other]) => one - other),
  );
}

// what came and left within one step changes nothing
function isChange({ count, sum, histograms }: Rollup): boolean {
  return count !== 0 || sum !== 0 || histograms.some((each) => [...each.values()].some((times) => times !== 0));
}

function byKey(one: RollupKey, other: RollupKey): number {
  return one.seriesId - other.seriesId || one.grain - other.grain || one.minute - other.minute;
}

// Each grain is made of the next finer one: there are far fewer rollups than rows.
function rollupsOf({ dimensions }: RollupTables, groups: readonly RollupGroup[]): Rollup[] {
  const series = new Map<string, Series>();
  const ofAll = (values: RollupGroup['values']) =>
    values.map((value, index) => (dimensions[index]?.detailedOnly ? null : value));
  const all = groups.map((group) => ({ ...group, series: seriesOf(series, false, ofAll(group.values)) }));
  const each = groups.map((group) => ({ ...group, series: seriesOf(series, true, group.values) }));
  // by webhook, there would be about as many minutes as rows
  return [...levelsOf(all, GRAINS), ...levelsOf(each, GRAINS.slice(1))];
}

type Part = Omit<RollupGroup, 'values'> & { series: Series };

function levelsOf(parts: readonly Part[], [grain, ...coarser]: readonly Grain[]): Rollup[] {
  if (grain === undefined) return [];
  const rollups = new Map<string, Rollup>();
  for (const part of parts) {
    const minute = part.minute - (part.minute % grain);
    const key = `${part.series.digest} ${minute}`;
    let rollup = rollups.get(key);
    if (!rollup) {
      const histograms = part.histograms.map(() => NONE);
      rollup = { series: part.series, grain, minute, count: 0, sum: 0, histograms };
      rollups.set(key, rollup);
    }
    rollup.count += part.count;
    rollup.sum += part.sum;
    for (let at = 0; at < part.histograms.length; at += 1) {
      const added = part.histograms[at] as ReadonlyMap<number, number>;
      if (added.size > 0) rollup.histograms[at] = withOccurrences(rollup.histograms[at] as Map<number, number>, added);
    }
  }
  const level = [...rollups.values()];
  return [...level, ...levelsOf(level, coarser)];
}

/** @param known the series of this step by their attributes */
function seriesOf(known: Map<string, Series>, detailed: boolean, values: Series['values']): Series {
  const text = JSON.stringify([detailed, ...values]);
  let series = known.get(text);
  if (!series) {
    series = { digest: createHash('sha256').update(text).digest('hex'), detailed, values };
    known.set(text, series);
  }
  return series;
}

async function idsOfSeries(db: Db, tables: RollupTables, rollups: readonly Rollup[]): Promise<Map<string, number>> {
  const wanted = new Map(rollups.map(({ series }) => [series.digest, series]));
  const ids = new Map((await seriesIds(db, tables, [...wanted.keys()])).map(({ id, digest }) => [digest, id]));
  const unknown = [...wanted.values()].filter(({ digest }) => !ids.has(digest));
  for (const { id, digest } of await insertSeries(db, tables, unknown)) ids.set(digest, id);
  return ids;
}
