// Kept counts and counted rows, put together.
import { all, any, type Condition, compares, isNull } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { addDurations, type DurationCounts, type Percentiles, percentilesOf } from './duration-percentiles';
import { coverOf } from './rollup-cover';
import type { Span } from './stats-buckets';
import {
  DIMENSIONS,
  type Dimension,
  type FigureQuery,
  type FigureRow,
  keptDurations,
  keptFigures,
  rowDurations,
  rowFigures,
} from './stats-figures.store';

/** What is counted. */
export interface StatsQuestion {
  span: Span;
  rowCondition: Condition;
  /** null: kept counts cannot answer it. */
  kept: { condition: Condition; isDetailed: boolean; isOfWebhooks: boolean; within: Span } | null;
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

/** Of the requests that are over; null: none is. */
export function successRate({ total, pending, succeeded }: Figures): number | null {
  return total === pending ? null : succeeded / (total - pending);
}

export function failuresIn({ failed, unknown, refused }: Figures): number {
  return failed + unknown + refused;
}

const NOT_BY_ALL: readonly Dimension[] = ['webhookId', 'documentType'];

/** @param starts as of coverOf(); one span for the whole unless given */
export function figureQuery(
  { span, rowCondition, kept }: StatsQuestion,
  by: readonly Dimension[] = [],
  starts: readonly number[] = [span.from],
): FigureQuery {
  const conditions = { keptCondition: kept?.condition ?? rowCondition, rowCondition };
  if (!kept) return { starts, pieces: [], windows: [span], isDetailed: false, isByTime: false, ...conditions, by };
  const isDetailed = kept.isDetailed || by.some((dimension) => NOT_BY_ALL.includes(dimension));
  const cover = coverOf(starts, span.to, kept.within, isDetailed ? 15 : 1);
  return { starts, ...cover, isDetailed, isByTime: isDetailed && !kept.isOfWebhooks, ...conditions, by };
}

/** For each span. */
export async function figuresBySpan(db: Db, query: FigureQuery): Promise<Figures[]> {
  const figures = query.starts.map(() => NOTHING);
  for (const row of (await Promise.all([keptFigures(db, query), rowFigures(db, query)])).flat()) {
    figures[row.span] = sum(figures[row.span] as Figures, row);
  }
  return figures;
}

export interface KeyFigures {
  key: Key;
  figures: Figures;
}

/** For each key that occurs. */
export async function figuresByKey(db: Db, query: FigureQuery): Promise<KeyFigures[]> {
  const found = new Map<string, Figures>();
  for (const row of (await Promise.all([keptFigures(db, query), rowFigures(db, query)])).flat()) {
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

/** How long the requests of each span took. */
export async function percentilesBySpan(db: Db, query: FigureQuery): Promise<Percentiles[]> {
  const lists = query.starts.map((): Buffer[] => []);
  for (const { span, durations } of await durationsOf(db, query)) lists[span]?.push(...durations);
  return lists.map(percentilesOf);
}

/** How long the requests with each of these keys took. */
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
  const { keptCondition, rowCondition, isByTime, by } = query;
  return {
    ...query,
    isByTime: isByTime && !by.includes('webhookId'),
    keptCondition: all([keptCondition, isOne]),
    rowCondition: all([rowCondition, isOne]),
  };
}

async function durationsOf(db: Db, query: FigureQuery) {
  const [kept, rows] = await Promise.all([keptDurations(db, query), rowDurations(db, query)]);
  const nothing = Buffer.alloc(0);
  return [
    ...kept.map(({ span, key, lists }) => ({ span, key, durations: [...partsOf(lists)] })),
    ...rows.map(({ span, key, durations }) => ({
      span,
      key,
      durations: [addDurations(nothing, readCounts(durations))],
    })),
  ];
}

/** What stands one behind the other, each after its length. */
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
