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
  type FigureRow,
  figuresFromRollups,
  figuresFromRows,
} from './stats-figures.store';

/** The requests to count. */
export interface StatsQuestion {
  span: Span;
  rowCondition: Condition;
  /** null: rollups cannot answer it. */
  rollup: { condition: Condition; isDetailed: boolean; isOfWebhooks: boolean; within: Span } | null;
}

export type Figures = Omit<FigureRow, 'span' | 'key'>;
export type Key = readonly (string | null)[];

export const NOTHING: Figures = {
  total: 0,
  succeeded: 0,
  failed: 0,
  unknown: 0,
  refused: 0,
  pending: 0,
  retries: 0,
};

/** The share of successes in finished requests; null if none has finished. */
export function successRate({ total, pending, succeeded }: Figures): number | null {
  return total === pending ? null : succeeded / (total - pending);
}

export function failuresIn({ failed, unknown, refused }: Figures): number {
  return failed + unknown + refused;
}

const DETAILED_DIMENSIONS: readonly Dimension[] = ['webhookId', 'documentType'];

/** @param starts as in coverOf(); by default one span, the whole range */
export function figureQuery(
  { span, rowCondition, rollup }: StatsQuestion,
  by: readonly Dimension[] = [],
  starts: readonly number[] = [span.from],
): FigureQuery {
  const conditions = { rollupCondition: rollup?.condition ?? rowCondition, rowCondition };
  if (!rollup)
    return { starts, rollupSpans: [], rowSpans: [span], isDetailed: false, isByTime: false, ...conditions, by };
  const isDetailed = rollup.isDetailed || by.some((dimension) => DETAILED_DIMENSIONS.includes(dimension));
  const cover = coverOf(starts, span.to, rollup.within, isDetailed ? 15 : 1);
  return { starts, ...cover, isDetailed, isByTime: isDetailed && !rollup.isOfWebhooks, ...conditions, by };
}

/** The figures of each span. */
export async function figuresBySpan(db: Db, query: FigureQuery): Promise<Figures[]> {
  const figures = query.starts.map(() => NOTHING);
  for (const row of (await Promise.all([figuresFromRollups(db, query), figuresFromRows(db, query)])).flat()) {
    figures[row.span] = sum(figures[row.span] as Figures, row);
  }
  return figures;
}

export interface KeyFigures {
  key: Key;
  figures: Figures;
}

/** The figures of each key that occurs. */
export async function figuresByKey(db: Db, query: FigureQuery): Promise<KeyFigures[]> {
  const found = new Map<string, Figures>();
  for (const row of (await Promise.all([figuresFromRollups(db, query), figuresFromRows(db, query)])).flat()) {
    found.set(row.key, sum(found.get(row.key) ?? NOTHING, row));
  }
  return [...found].map(([key, figures]) => ({ key: JSON.parse(key) as Key, figures }));
}

function sum(one: Figures, other: Figures): Figures {
  return {
    total: one.total + other.total,
    succeeded: one.succeeded + other.succeeded,
    failed: one.failed + other.failed,
    unknown: one.unknown + other.unknown,
    refused: one.refused + other.refused,
    pending: one.pending + other.pending,
    retries: one.retries + other.retries,
  };
}

/** The percentiles of each span. */
export async function percentilesBySpan(db: Db, query: FigureQuery): Promise<Percentiles[]> {
  const lists = query.starts.map((): Buffer[] => []);
  for (const { span, durations } of await durationsOf(db, query)) lists[span]?.push(...durations);
  return lists.map(percentilesOf);
}

/** The percentiles of each of these keys. */
export async function percentilesByKey(db: Db, query: FigureQuery, keys: readonly Key[]): Promise<Percentiles[]> {
  if (keys.length === 0) return [];
  const lists = new Map(keys.map((key): [string, Buffer[]] => [nameOf(key), []]));
  for (const { key, durations } of await durationsOf(db, withKeys(query, keys)))
    lists.get(nameOf(JSON.parse(key) as Key))?.push(...durations);
  return [...lists.values()].map(percentilesOf);
}

function withKeys(query: FigureQuery, keys: readonly Key[]): FigureQuery {
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

async function durationsOf(db: Db, query: FigureQuery) {
  const [rollup, rows] = await Promise.all([durationsFromRollups(db, query), durationsFromRows(db, query)]);
  const nothing = Buffer.alloc(0);
  return [
    ...rollup.map(({ span, key, lists }) => ({ span, key, durations: [...partsOf(lists)] })),
    ...rows.map(({ span, key, durations }) => ({
      span,
      key,
      durations: [addDurations(nothing, readCounts(durations))],
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
