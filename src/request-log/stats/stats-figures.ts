// Adds the figures from rollups and from counted rows.
import { all, any, type Condition, compares, isNull } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { addDurations, type DurationCounts, type Percentiles, percentilesOf } from './duration-percentiles';
import { coverOf } from './rollup-cover';
import type { Span } from './stats-buckets';
import {
  DIMENSIONS,
  type Dimension,
  durationsFromRollups,
  durationsFromRows,
  type FigureQuery,
  figuresFromRollups,
  figuresFromRows,
  type StatsSource,
} from './stats-figures.store';

/** The rows to count. */
export interface StatsQuestion<Figure extends string> {
  source: StatsSource<Figure>;
  span: Span;
  rowCondition: Condition;
  /** null: rollups cannot answer it. */
  rollup: { condition: Condition; isDetailed: boolean; isOfWebhooks: boolean; within: Span } | null;
}

export type Figures<Figure extends string> = Record<Figure, number>;
export type Key = readonly (string | null)[];

const DETAILED_DIMENSIONS: readonly Dimension[] = ['webhookId', 'documentType'];

/** @param starts as in coverOf(); by default one span, the whole range */
export function figureQuery<Figure extends string>(
  { source, span, rowCondition, rollup }: StatsQuestion<Figure>,
  by: readonly Dimension[] = [],
  starts: readonly number[] = [span.from],
): FigureQuery<Figure> {
  const asked = { source, starts, rollupCondition: rollup?.condition ?? rowCondition, rowCondition, by };
  if (!rollup) return { ...asked, rollupSpans: [], rowSpans: [span], isDetailed: false, isByTime: false };
  const isDetailed = rollup.isDetailed || by.some((dimension) => DETAILED_DIMENSIONS.includes(dimension));
  const cover = coverOf(starts, span.to, rollup.within, isDetailed ? 15 : 1);
  return { ...asked, ...cover, isDetailed, isByTime: isDetailed && !rollup.isOfWebhooks };
}

/** The figures of each span. */
export async function figuresBySpan<Figure extends string>(
  db: Db,
  query: FigureQuery<Figure>,
): Promise<Figures<Figure>[]> {
  const figures = query.starts.map(() => nothing(query));
  for (const row of (await Promise.all([figuresFromRollups(db, query), figuresFromRows(db, query)])).flat()) {
    figures[row.span] = sum(query, figures[row.span] as Figures<Figure>, row);
  }
  return figures;
}

export interface KeyFigures<Figure extends string> {
  key: Key;
  figures: Figures<Figure>;
}

/** The figures of each key that occurs. */
export async function figuresByKey<Figure extends string>(
  db: Db,
  query: FigureQuery<Figure>,
): Promise<KeyFigures<Figure>[]> {
  const found = new Map<string, Figures<Figure>>();
  for (const row of (await Promise.all([figuresFromRollups(db, query), figuresFromRows(db, query)])).flat()) {
    found.set(row.key, sum(query, found.get(row.key) ?? nothing(query), row));
  }
  return [...found].map(([key, figures]) => ({ key: JSON.parse(key) as Key, figures }));
}

function nothing<Figure extends string>(query: Pick<FigureQuery<Figure>, 'source'>): Figures<Figure> {
  return eachFigure(query, () => 0);
}

function sum<Figure extends string>(query: FigureQuery<Figure>, one: Figures<Figure>, other: Figures<Figure>) {
  return eachFigure(query, (name) => one[name] + other[name]);
}

function eachFigure<Figure extends string>(
  { source }: Pick<FigureQuery<Figure>, 'source'>,
  value: (name: Figure) => number,
): Figures<Figure> {
  const names = Object.keys(source.figures) as Figure[];
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Figures<Figure>;
}

/** The figures of each span, by the JSON of each key that occurs. */
export async function figuresByKeyAndSpan<Figure extends string>(
  db: Db,
  query: FigureQuery<Figure>,
): Promise<Map<string, Figures<Figure>[]>> {
  const found = new Map<string, Figures<Figure>[]>();
  for (const row of (await Promise.all([figuresFromRollups(db, query), figuresFromRows(db, query)])).flat()) {
    const figures = found.get(row.key) ?? query.starts.map(() => nothing(query));
    figures[row.span] = sum(query, figures[row.span] as Figures<Figure>, row);
    found.set(row.key, figures);
  }
  return found;
}

/** The percentiles of each span, by the JSON of each key that occurs. */
export async function percentilesByKeyAndSpan(db: Db, query: FigureQuery<string>): Promise<Map<string, Percentiles[]>> {
  const lists = new Map<string, Buffer[][]>();
  for (const { key, span, durations } of await durationsOf(db, query)) {
    const ofKey = lists.get(key) ?? query.starts.map((): Buffer[] => []);
    ofKey[span]?.push(...durations);
    lists.set(key, ofKey);
  }
  return new Map([...lists].map(([key, ofKey]) => [key, ofKey.map(percentilesOf)]));
}

/** Figures of no rows. */
export function noFigures<Figure extends string>({ source }: StatsQuestion<Figure>): Figures<Figure> {
  return nothing({ source });
}

/** The percentiles of each span. */
export async function percentilesBySpan(db: Db, query: FigureQuery<string>): Promise<Percentiles[]> {
  const lists = query.starts.map((): Buffer[] => []);
  for (const { span, durations } of await durationsOf(db, query)) lists[span]?.push(...durations);
  return lists.map(percentilesOf);
}

/** The percentiles of each of these keys. */
export async function percentilesByKey(
  db: Db,
  query: FigureQuery<string>,
  keys: readonly Key[],
): Promise<Percentiles[]> {
  if (keys.length === 0) return [];
  const lists = new Map(keys.map((key): [string, Buffer[]] => [nameOf(key), []]));
  for (const { key, durations } of await durationsOf(db, withKeys(query, keys)))
    lists.get(nameOf(JSON.parse(key) as Key))?.push(...durations);
  return [...lists.values()].map(percentilesOf);
}

function withKeys(query: FigureQuery<string>, keys: readonly Key[]): FigureQuery<string> {
  const isOne = any(
    keys.map((key) =>
      all(
        query.by.map((dimension, index) => {
          const value = key[index] ?? null;
          const column = DIMENSIONS[dimension];
          return value === null ? isNull(column, true) : compares(column, '=', value);
        }),
      ),
    ),
  );
  const { rollupCondition, rowCondition, isByTime, by } = query;
  return {
    ...query,
    isByTime: isByTime && !by.includes('webhookId'),
    rollupCondition: all([rollupCondition, isOne]),
    rowCondition: all([rowCondition, isOne]),
  };
}

async function durationsOf(db: Db, query: FigureQuery<string>) {
  const [rollup, rows] = await Promise.all([durationsFromRollups(db, query), durationsFromRows(db, query)]);
  const empty = Buffer.alloc(0);
  return [
    ...rollup.map(({ span, key, lists }) => ({ span, key, durations: [...partsOf(lists)] })),
    ...rows.map(({ span, key, durations }) => ({
      span,
      key,
      durations: [addDurations(empty, readCounts(durations))],
    })),
  ];
}

/** Splits lists that are concatenated, each after its length. */
function* partsOf(lists: Buffer): Generator<Buffer> {
  for (let at = 0; at < lists.length; ) {
    const start = at + 4;
    at = start + lists.readUInt32BE(at);
    yield lists.subarray(start, at);
  }
}

function readCounts(text: string): DurationCounts {
  return text.split(',').map((pair) => {
    const [ms, count] = pair.split(' ');
    return [Number(ms), Number(count)] as const;
  });
}

function nameOf(key: Key): string {
  return JSON.stringify(key);
}
