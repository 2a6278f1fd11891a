// What the fields of statistics answer: figures with percentiles, which are read only if they are selected.

import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { type CountedFeed, type CountedState, countedState } from './counting-lag.store';
import type { Percentiles } from './duration-percentiles';
import { REQUEST_ROLLUPS } from './rollups.store';
import { bucketStarts, type StatsBucket, zoneNamed } from './stats-buckets';
import {
  countedFrom,
  type Figures,
  figureQuery,
  figuresByKey,
  figuresByKeyAndSpan,
  figuresBySpan,
  figuresWithPercentiles,
  type Key,
  type KeyFigures,
  noFigures,
  percentilesByKey,
  percentilesByKeyAndSpan,
  type StatsQuestion,
} from './stats-figures';
import { type Dimension, rowsById, rowsWith, type StatsSource } from './stats-figures.store';

/** The parent of the fields of statistics. */
export interface StatsShape<Figure extends string> extends CountedState {
  from: Date;
  to: Date;
  timeZone: string;
  fromStoredCounts: boolean;
  /** Older rows of the range were not looked at; null: all were. */
  countedFrom: Date | null;
  question: StatsQuestion<Figure>;
  /** The starts of the buckets. */
  starts: number[];
}

/** @throws AppError BAD_USER_INPUT for an unknown time zone or too many buckets */
export async function statsOf<Figure extends string>(
  db: Db,
  counted: CountedFeed,
  question: StatsQuestion<Figure>,
  { bucket, timeZone }: { bucket: StatsBucket; timeZone?: string | null },
): Promise<StatsShape<Figure>> {
  const zone = zoneNamed(timeZone ?? 'UTC');
  const { span, rollup } = question;
  const starts = bucketStarts(span, bucket, zone);
  const asked = { from: new Date(span.from), to: new Date(span.to), timeZone: zone.name };
  if (rollup) {
    const state = await countedState(db, counted, span);
    return { ...asked, fromStoredCounts: true, ...state, countedFrom: null, question, starts };
  }
  const from = await countedFrom(db, question);
  return {
    ...asked,
    fromStoredCounts: false,
    countedUntil: currentTime(),
    uncounted: 0,
    countedFrom: from === null ? null : new Date(from),
    question: from === null ? question : { ...question, span: { ...span, from } },
    starts: from === null ? starts : startsFrom(starts, from),
  };
}

/** What is not counted row by row is not looked at. The first bucket may be a part of one. */
function startsFrom(starts: readonly number[], from: number): number[] {
  const first = starts.findLastIndex((start) => start <= from);
  return [from, ...starts.slice(first + 1)];
}

export interface Answer<Figure extends string> {
  /** The time that is counted. */
  start: Date;
  end: Date;
  figures: Figures<Figure>;
  percentiles(histogram: string): Promise<Percentiles | undefined> | Percentiles | undefined;
}

/** A field of the API for each histogram: a function, so that it is computed only if it is selected. */
export function percentilesByField<Figure extends string>(
  { histograms }: Pick<StatsSource<Figure>, 'histograms'>,
  { percentiles }: Answer<Figure>,
) {
  return Object.fromEntries(Object.keys(histograms).map((name) => [name, () => percentiles(name)]));
}

/** The figures of the whole span. @param histograms as in answerByBucket() */
export async function answerForRange<Figure extends string>(
  db: Db,
  question: StatsQuestion<Figure>,
  histograms: readonly string[],
): Promise<Answer<Figure>> {
  const [answer] = await answerByBucket(db, question, [question.span.from], histograms);
  return answer as Answer<Figure>;
}

/**
 * The figures of each bucket.
 * @param starts the starts of the buckets, ascending
 * @param histograms the percentiles of these are read by the same statement; there are no others
 */
export async function answerByBucket<Figure extends string>(
  db: Db,
  question: StatsQuestion<Figure>,
  starts: readonly number[],
  histograms: readonly string[],
): Promise<Answer<Figure>[]> {
  const query = figureQuery(question, [], starts);
  const { figures, percentiles } =
    histograms.length > 0
      ? await figuresWithPercentiles(db, query, histograms)
      : { figures: await figuresBySpan(db, query), percentiles: () => [] };
  return starts.map((start, index) => ({
    figures: figures[index] as Figures<Figure>,
    // no promise for each of 720 hours: they would take longer than the percentiles
    percentiles: (histogram) => percentiles(histogram)[index],
    start: new Date(start),
    end: new Date(starts[index + 1] ?? question.span.to),
  }));
}

/** The figures of the `first` keys with the largest `size`, without those whose `size` is 0. */
export async function answerByKey<Figure extends string>(
  db: Db,
  question: StatsQuestion<Figure>,
  by: readonly Dimension[],
  first: number,
  size: (entry: KeyFigures<Figure>) => number,
): Promise<(Answer<Figure> & { key: Key })[]> {
  const query = figureQuery(question, by);
  const found = (await figuresByKey(db, query)).filter((entry) => size(entry) > 0);
  const top = found.sort((one, other) => size(other) - size(one) || compareKeys(one.key, other.key)).slice(0, first);
  const keys = top.map(({ key }) => key);
  const percentiles = onceFor((histogram) => percentilesByKey(db, query, keys, histogram));
  const [start, end] = [new Date(question.span.from), new Date(question.span.to)];
  return top.map(({ key, figures }, n) => ({
    key,
    start,
    end,
    figures,
    percentiles: async (histogram) => (await percentiles(histogram))[n],
  }));
}

/**
 * The figures of each of these webhooks and buckets, with one statement.
 * @param question only about these webhooks
 */
export async function answerByWebhook<Figure extends string>(
  db: Db,
  question: StatsQuestion<Figure>,
  webhookIds: readonly string[],
  starts: readonly number[],
): Promise<Map<string, Answer<Figure>[]>> {
  const query = figureQuery(question, ['webhookId'], starts);
  const figures = await figuresByKeyAndSpan(db, query);
  const percentiles = onceFor((histogram) => percentilesByKeyAndSpan(db, query, histogram));
  const none = noFigures(question);
  return new Map(
    webhookIds.map((id) => {
      const key = JSON.stringify([id]);
      const answers = starts.map((start, index) => ({
        start: new Date(start),
        end: new Date(starts[index + 1] ?? question.span.to),
        figures: figures.get(key)?.[index] ?? none,
        percentiles: async (histogram: string) => (await percentiles(histogram)).get(key)?.[index] ?? NO_PERCENTILES,
      }));
      return [id, answers];
    }),
  );
}

const NO_PERCENTILES = { count: 0, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null };

// makes the order of entries of equal size deterministic
function compareKeys(one: Key, other: Key): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}

function onceFor<Value>(make: (name: string) => Promise<Value>): (name: string) => Promise<Value> {
  const made = new Map<string, Promise<Value>>();
  return (name) => {
    const value = made.get(name) ?? make(name);
    made.set(name, value);
    return value;
  };
}

export function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

// What statistics of requests count.

export type RequestFigure = 'requestCount' | 'succeeded' | 'failed' | 'unknown' | 'refused' | 'pending' | 'retries';
export type RequestFigures = Figures<RequestFigure>;

export const REQUEST_STATS: StatsSource<RequestFigure> = {
  tables: REQUEST_ROLLUPS,
  figures: {
    requestCount: 'sum(count)::float8',
    succeeded: rowsWith('SUCCEEDED'),
    failed: rowsWith('FAILED'),
    unknown: rowsWith('UNKNOWN'),
    refused: rowsWith('REFUSED'),
    pending: rowsWith('PENDING'),
    retries: 'coalesce(sum(sum), 0)::float8',
  },
  rows: {
    ...rowsById('webhook_request_logs'),
    at: 'started_at',
    sum: '(attempt_number > 1)::integer',
  },
  histograms: {
    duration: { column: 'durations', row: 'duration_ms' },
    dns: { column: 'dns_times', row: 'dns_ms' },
    connect: { column: 'connect_times', row: 'connect_ms' },
    tls: { column: 'tls_times', row: 'tls_ms' },
    firstByte: { column: 'first_byte_times', row: 'first_byte_ms' },
  },
  open: `select *, started_at as at, (attempt_number > 1)::integer as sum, 'PENDING' as status, null::text as error_code
    from request_stats_open`,
};

/** The share of successes in finished requests; null if none has finished. */
function successRate({ requestCount, pending, succeeded }: RequestFigures): number | null {
  return requestCount === pending ? null : succeeded / (requestCount - pending);
}

export function failuresIn({ failed, unknown, refused }: RequestFigures): number {
  return failed + unknown + refused;
}

/** The figures as the API has them. */
export function shownFigures(answer: Answer<RequestFigure>) {
  const { figures, start, end } = answer;
  const rates = { failures: failuresIn(figures), successRate: successRate(figures) };
  return { ...figures, ...rates, ...percentilesByField(REQUEST_STATS, answer), start, end };
}
