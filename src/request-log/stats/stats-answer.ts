// What the fields of statistics answer: figures with percentiles, which are read only if they are selected.
import { currentTime } from '../../clock';
import type { Db } from '../../sql/db';
import { type CountedFeed, type CountedState, countedState } from './counting-lag.store';
import type { Percentiles } from './duration-percentiles';
import { bucketStarts, type StatsBucket } from './stats-buckets';
import {
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
import type { Dimension } from './stats-figures.store';
import { zoneNamed } from './time-zone';

/** The parent of the fields of statistics. */
export interface StatsShape<Figure extends string> extends CountedState {
  from: Date;
  to: Date;
  timeZone: string;
  fromStoredCounts: boolean;
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
  const state = rollup ? await countedState(db, counted, span) : { countedUntil: currentTime(), uncounted: 0 };
  const [from, to] = [new Date(span.from), new Date(span.to)];
  return { from, to, timeZone: zone.name, fromStoredCounts: rollup !== null, ...state, question, starts };
}

export interface Answer<Figure extends string> {
  figures: Figures<Figure>;
  percentiles(): Promise<Percentiles | undefined> | Percentiles | undefined;
}

/** The figures of the whole span. @param withPercentiles as in answerByBucket() */
export async function answerForRange<Figure extends string>(
  db: Db,
  question: StatsQuestion<Figure>,
  withPercentiles: boolean,
): Promise<Answer<Figure>> {
  const [answer] = await answerByBucket(db, question, [question.span.from], withPercentiles);
  return answer as Answer<Figure>;
}

/**
 * The figures of each bucket.
 * @param starts the starts of the buckets, ascending
 * @param withPercentiles they are read by the same statement; otherwise there are none
 */
export async function answerByBucket<Figure extends string>(
  db: Db,
  question: StatsQuestion<Figure>,
  starts: readonly number[],
  withPercentiles: boolean,
): Promise<(Answer<Figure> & { start: Date; end: Date })[]> {
  const query = figureQuery(question, [], starts);
  const { figures, percentiles } = withPercentiles
    ? await figuresWithPercentiles(db, query)
    : { figures: await figuresBySpan(db, query), percentiles: () => [] };
  return starts.map((start, index) => ({
    figures: figures[index] as Figures<Figure>,
    // no promise for each of 720 hours: they would take longer than the percentiles
    percentiles: () => percentiles()[index],
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
  const percentiles = once(() => percentilesByKey(db, query, keys));
  return top.map(({ key, figures }, n) => ({ key, figures, percentiles: async () => (await percentiles())[n] }));
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
  const percentiles = once(() => percentilesByKeyAndSpan(db, query));
  const none = noFigures(question);
  return new Map(
    webhookIds.map((id) => {
      const key = JSON.stringify([id]);
      const answers = starts.map((_, index) => ({
        figures: figures.get(key)?.[index] ?? none,
        percentiles: async () => (await percentiles()).get(key)?.[index] ?? NO_PERCENTILES,
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

export function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
