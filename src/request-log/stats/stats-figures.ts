// Adds the figures from rollups and from counted rows.
import { all, any, type Condition, compares, conjunctsOf, isNull, isSlow } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { addDurations, type DurationCounts, type Percentiles, percentilesOf } from './duration-percentiles';
import { failuresFromRollups, failuresFromRows, type SampleKey } from './latest-outcomes.store';
import { coverOf } from './rollup-where';
import type { Span } from './stats-buckets';
import {
  DIMENSIONS,
  type Dimension,
  type DurationLists,
  type DurationText,
  durationsFromRollups,
  durationsFromRows,
  type FigureQuery,
  type FigureRow,
  figuresAndDurationsFromRollups,
  figuresFromRollups,
  figuresFromRows,
  type StatsSource,
  timeOfNextRow,
} from './stats-figures.store';

/** The rows to count. */
export interface StatsQuestion<Figure extends string> {
  source: StatsSource<Figure>;
  span: Span;
  rowCondition: Condition;
  /** What an index finds of the rows: only these are looked at. */
  walked: Condition;
  /** null: rollups cannot answer it. */
  rollup: { condition: Condition; isDetailed: boolean; isOfWebhooks: boolean; within: Span } | null;
}

export type Figures<Figure extends string> = Record<Figure, number>;
export type Key = readonly (string | null)[];

/** The values of a key by their dimensions. */
export function namedKey(by: readonly Dimension[], key: Key): Partial<Record<Dimension, string | null>> {
  return Object.fromEntries(by.map((dimension, index) => [dimension, key[index] ?? null]));
}

const DETAILED_DIMENSIONS: readonly Dimension[] = ['webhookId', 'documentType'];

/** The number of newest rows of a range, or of those that an index finds, that are looked at where rollups cannot answer. */
export const MAX_ROWS = 50_000;
/** The same where bodies are parsed. */
export const MAX_BODIES = 5_000;

/** The time from which on the newest rows of the range are counted; null: from its beginning. */
export async function countedFrom(db: Db, question: StatsQuestion<string>): Promise<number | null> {
  const { source, span, rowCondition, walked } = question;
  const bounds = conjunctsOf(rowCondition).filter(({ kind }) => kind === 'idBound');
  const next = await timeOfNextRow(
    db,
    source,
    span,
    all([...bounds, walked]),
    isSlow(rowCondition) ? MAX_BODIES : MAX_ROWS,
  );
  // none is counted of the millisecond of the first row that is not looked at
  return next === null ? null : next + 1;
}

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
  return sumsBySpan(query, (await Promise.all([figuresFromRollups(db, query), figuresFromRows(db, query)])).flat());
}

/** The percentiles of each span of one histogram. */
export type PercentilesOf = (histogram: string) => Percentiles[];

/**
 * The figures of each span, and their percentiles. Where durations of rows cannot be read, the percentiles throw, so that the
 * figures beside them are answered.
 */
export async function figuresWithPercentiles<Figure extends string>(
  db: Db,
  query: FigureQuery<Figure>,
  histograms: readonly string[],
): Promise<{ figures: Figures<Figure>[]; percentiles: PercentilesOf }> {
  const fromRollups = figuresAndDurationsFromRollups(db, query, histograms);
  const percentilesAt = async (at: number) => {
    const [rollups, rows] = await Promise.all([fromRollups, durationsFromRows(db, query, histograms[at] as string)]);
    const lists = rollups.map(({ span, key, lists: all }) => ({ span, key, lists: all[at] as string }));
    return percentilesIn(query, listsOf(lists, rows));
  };
  const [rollups, rows, ...percentiles] = await Promise.all([
    fromRollups,
    figuresFromRows(db, query),
    ...histograms.map((_, at) => valueOrFault(percentilesAt(at))),
  ]);
  return {
    figures: sumsBySpan(query, [...rollups, ...rows]),
    percentiles: (histogram) => percentiles[histograms.indexOf(histogram)]?.() ?? [],
  };
}

/** A fault is thrown where the value is asked for. */
function valueOrFault<Value>(promise: Promise<Value>): Promise<() => Value> {
  return promise.then(
    (value) => () => value,
    (fault: unknown) => () => {
      throw fault;
    },
  );
}

function sumsBySpan<Figure extends string>(
  query: FigureQuery<Figure>,
  rows: readonly FigureRow<Figure>[],
): Figures<Figure>[] {
  const figures = zeroFiguresBySpan(query);
  for (const row of rows) add(figures[row.span] as Figures<Figure>, row);
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
    const figures = found.get(row.key) ?? zeroFigures(query);
    add(figures, row);
    found.set(row.key, figures);
  }
  return [...found].map(([key, figures]) => ({ key: JSON.parse(key) as Key, figures }));
}

function zeroFigures<Figure extends string>({ source }: Pick<FigureQuery<Figure>, 'source'>): Figures<Figure> {
  return Object.fromEntries(Object.keys(source.figures).map((name) => [name, 0])) as Figures<Figure>;
}

function zeroFiguresBySpan<Figure extends string>(query: FigureQuery<Figure>): Figures<Figure>[] {
  const none = zeroFigures(query);
  return query.starts.map(() => ({ ...none }));
}

/** In place: a month by hour has thousands of rows. */
function add(figures: Record<string, number>, row: Record<string, unknown>): void {
  for (const name in figures) figures[name] = (figures[name] as number) + (row[name] as number);
}

/** The figures of each span, by the JSON of each key that occurs. */
export async function figuresByKeyAndSpan<Figure extends string>(
  db: Db,
  query: FigureQuery<Figure>,
): Promise<Map<string, Figures<Figure>[]>> {
  const found = new Map<string, Figures<Figure>[]>();
  for (const row of (await Promise.all([figuresFromRollups(db, query), figuresFromRows(db, query)])).flat()) {
    const figures = found.get(row.key) ?? zeroFiguresBySpan(query);
    add(figures[row.span] as Figures<Figure>, row);
    found.set(row.key, figures);
  }
  return found;
}

/** The percentiles of each span, by the JSON of each key that occurs. */
export async function percentilesByKeyAndSpan(
  db: Db,
  query: FigureQuery<string>,
  histogram: string,
): Promise<Map<string, Percentiles[]>> {
  const lists = new Map<string, Buffer[][]>();
  for (const { key, span, durations } of await durationsOf(db, query, histogram)) {
    const ofKey = lists.get(key) ?? query.starts.map((): Buffer[] => []);
    ofKey[span]?.push(...durations);
    lists.set(key, ofKey);
  }
  return new Map([...lists].map(([key, ofKey]) => [key, ofKey.map(percentilesOf)]));
}

/** Figures of no rows. */
export function noFigures<Figure extends string>({ source }: StatsQuestion<Figure>): Figures<Figure> {
  return zeroFigures({ source });
}

function percentilesIn(query: FigureQuery<string>, durations: readonly Durations[]): Percentiles[] {
  const lists = query.starts.map((): Buffer[] => []);
  for (const { span, durations: some } of durations) lists[span]?.push(...some);
  return lists.map(percentilesOf);
}

/** The percentiles of each of these keys. */
export async function percentilesByKey(
  db: Db,
  query: FigureQuery<string>,
  keys: readonly Key[],
  histogram: string,
): Promise<Percentiles[]> {
  if (keys.length === 0) return [];
  const lists = new Map(keys.map((key): [string, Buffer[]] => [nameOf(key), []]));
  for (const { key, durations } of await durationsOf(db, withKeys(query, keys), histogram))
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

interface Durations {
  span: number;
  key: string;
  /** Encoded lists. */
  durations: Buffer[];
}

async function durationsOf(db: Db, query: FigureQuery<string>, histogram: string): Promise<Durations[]> {
  const [rollups, rows] = await Promise.all([
    durationsFromRollups(db, query, histogram),
    durationsFromRows(db, query, histogram),
  ]);
  return listsOf(rollups, rows);
}

function listsOf(rollups: readonly DurationLists[], rows: readonly DurationText[]): Durations[] {
  const empty = Buffer.alloc(0);
  return [
    ...rollups.map(({ span, key, lists }) => ({ span, key, durations: [...partsOf(Buffer.from(lists, 'base64'))] })),
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

/** The id of the latest failure of each of these keys, in their order; null if there is none. */
export async function latestFailures(
  db: Db,
  question: StatsQuestion<string>,
  keys: readonly SampleKey[],
): Promise<(string | null)[]> {
  if (keys.length === 0) return [];
  const { rollup, span, rowCondition } = question;
  const { rowSpans } = figureQuery(question, ['webhookId']);
  const within = rollup && { from: Math.max(span.from, rollup.within.from), to: Math.min(span.to, rollup.within.to) };
  const [counted, looked] = await Promise.all([
    rollup && within && within.from < within.to ? failuresFromRollups(db, keys, within, rollup.condition) : [],
    failuresFromRows(db, keys, rowSpans, rowCondition),
  ]);
  const latest = keys.map((): string | null => null);
  for (const { n, id } of [...counted, ...looked]) {
    const known = latest[n];
    if (!known || id > known) latest[n] = id;
  }
  return latest;
}
