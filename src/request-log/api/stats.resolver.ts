// Statistics of the log.

import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { currentTime } from '../../clock';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { everything } from '../../sql/condition';
import { READERS } from '../../viewer';
import { WEBHOOK } from '../../webhooks/api/webhook.linked-fields';
import { WebhookType } from '../../webhooks/api/webhook.type';
import { scopedWhere } from '../search/indexed-filters';
import { countedState } from '../stats/counting-lag.store';
import { latestFailures } from '../stats/latest-failures';
import { rollupWhere } from '../stats/rollup-where';
import { bucketStarts, MAX_BUCKETS, spanOf } from '../stats/stats-buckets';
import {
  type Figures,
  failuresIn,
  figureQuery,
  figuresByKey,
  figuresBySpan,
  type KeyFigures,
  percentilesByKey,
  percentilesBySpan,
  type StatsQuestion,
  successRate,
} from '../stats/stats-figures';
import type { Dimension } from '../stats/stats-figures.store';
import { zoneNamed } from '../stats/time-zone';
import { REQUEST_LOG_FILTER } from './request-log.inputs';
import { WEBHOOK_REQUEST_LOG } from './request-log.linked-fields';
import { RequestLogType } from './request-log.type';
import { StatsArgs, TopArgs, topSize } from './stats.inputs';
import {
  DirectionFiguresType,
  DocumentTypeFiguresType,
  ErrorCodeFiguresType,
  FailingWebhookType,
  FiguresOnlyType,
  FrequentErrorType,
  StatsBucketType,
  StatsType,
  WebhookFiguresType,
  type WithSample,
  type WithWebhook,
} from './stats.type';

interface StatsShape extends StatsType {
  question: StatsQuestion;
  starts: number[];
}

function questionOf({ viewer }: Context, { range, where }: StatsArgs): StatsQuestion {
  const span = spanOf(range);
  const rowCondition = conditionOf(scopedWhere(viewer, where), REQUEST_LOG_FILTER);
  const rollup = rollupWhere(where as Record<string, unknown> | undefined);
  if (!rollup) return { span, rowCondition, rollup };
  const condition = rollup.where === undefined ? everything : conditionOf(rollup.where, REQUEST_LOG_FILTER);
  return { span, rowCondition, rollup: { ...rollup, condition } };
}

@Resolver(() => StatsType)
export class StatsResolver {
  @HasRole(...READERS)
  @Query(() => StatsType, {
    description: withExample(
      'Statistics of the requests of a range of time: in all, by bucket, and by what the requests belong to.',
      '{\n  webhookRequestLogStats(\n    range: { from: "2026-03-01T00:00:00Z", to: "2026-03-08T00:00:00Z" }\n    bucket: DAY\n' +
        '    timeZone: "Europe/Berlin"\n  ) {\n    uncounted\n    buckets { start total failed successRate duration { p95Ms } }\n' +
        '    topFailingWebhooks(first: 3) { webhook { name } failures sample { error } }\n  }\n}',
    ),
  })
  async webhookRequestLogStats(@Ctx() context: Context, @Args(() => StatsArgs) args: StatsArgs): Promise<StatsShape> {
    const question = questionOf(context, args);
    const zone = zoneNamed(args.timeZone ?? 'UTC');
    const { span, rollup } = question;
    const starts = bucketStarts(span, args.bucket, zone);
    const state = rollup ? await countedState(context.db, span) : { countedUntil: currentTime(), uncounted: 0 };
    const { from, to } = args.range;
    return { from, to, timeZone: zone.name, isFromKeptCounts: rollup !== null, ...state, question, starts };
  }

  @FieldResolver(() => FiguresOnlyType, { nullable: true, description: 'The figures of the whole range.' })
  async total(@Root() { question }: StatsShape, @Ctx() { db }: Context) {
    const query = figureQuery(question);
    const [figures] = await figuresBySpan(db, query);
    return { ...shownFigures(figures as Figures), duration: async () => (await percentilesBySpan(db, query))[0] };
  }

  @FieldResolver(() => [StatsBucketType], {
    nullable: true,
    description:
      `The figures of each bucket, at most ${MAX_BUCKETS}, in chronological order. A bucket without requests is ` +
      'included, with zeros.',
  })
  async buckets(@Root() { question, starts }: StatsShape, @Ctx() { db }: Context) {
    const query = figureQuery(question, [], starts);
    const figures = await figuresBySpan(db, query);
    const percentiles = once(() => percentilesBySpan(db, query));
    return starts.map((start, index) => ({
      ...shownFigures(figures[index] as Figures),
      start: new Date(start),
      end: new Date(starts[index + 1] ?? question.span.to),
      duration: async () => (await percentiles())[index],
    }));
  }

  @FieldResolver(() => [DirectionFiguresType], {
    nullable: true,
    description: 'The figures of each direction that occurs, at most 2.',
  })
  async byDirection(@Root() { question }: StatsShape, @Ctx() context: Context) {
    const entries = await largest(context, question, ['direction']);
    return entries.map(({ key: [direction], ...entry }) => ({ direction, ...entry }));
  }

  @FieldResolver(() => [WebhookFiguresType], {
    nullable: true,
    description: 'The figures of each webhook, those with the most requests first.',
  })
  async byWebhook(@Root() { question }: StatsShape, @Ctx() context: Context, @Args(() => TopArgs) args: TopArgs) {
    const entries = await largest(context, question, ['webhookId'], args);
    return entries.map(({ key: [webhookId], ...entry }) => ({ webhookId, ...entry }));
  }

  @FieldResolver(() => [DocumentTypeFiguresType], {
    nullable: true,
    description: 'The figures of each type of document, those with the most requests first.',
  })
  async byDocumentType(@Root() { question }: StatsShape, @Ctx() context: Context, @Args(() => TopArgs) args: TopArgs) {
    const entries = await largest(context, question, ['documentType'], args);
    return entries.map(({ key: [documentType], ...entry }) => ({ documentType, ...entry }));
  }

  @FieldResolver(() => [ErrorCodeFiguresType], {
    nullable: true,
    description:
      'The figures of each error code, the most frequent first. Requests without an error code are not counted.',
  })
  async byErrorCode(@Root() { question }: StatsShape, @Ctx() context: Context, @Args(() => TopArgs) args: TopArgs) {
    const size = ({ key: [code], figures }: KeyFigures) => (code === null ? 0 : figures.total);
    const entries = await largest(context, question, ['errorCode'], args, size);
    return entries.map(({ key: [errorCode], ...entry }) => ({ errorCode, ...entry }));
  }

  @FieldResolver(() => [FailingWebhookType], {
    nullable: true,
    description: 'The webhooks with failures, those with the most first, each with its latest failure.',
  })
  async topFailingWebhooks(
    @Root() { question }: StatsShape,
    @Ctx() context: Context,
    @Args(() => TopArgs) args: TopArgs,
  ) {
    const entries = await largest(context, question, ['webhookId'], args, failures);
    const keys = entries.map(({ key: [webhookId = null] }) => ({ webhookId }));
    const samples = once(() => latestFailures(context.db, question, keys));
    return entries.map((entry, n) => ({
      ...entry,
      ...keys[n],
      failures: failuresIn(entry),
      sampleId: async () => (await samples())[n] ?? null,
    }));
  }

  @FieldResolver(() => [FrequentErrorType], {
    nullable: true,
    description: 'The most frequent pairs of webhook and error code, each with the latest such request.',
  })
  async topErrors(@Root() { question }: StatsShape, @Ctx() context: Context, @Args(() => TopArgs) args: TopArgs) {
    const entries = await largest(context, question, ['webhookId', 'errorCode'], args, failures);
    const keys = entries.map(({ key: [webhookId = null, errorCode = null] }) => ({ webhookId, errorCode }));
    const samples = once(() => latestFailures(context.db, question, keys));
    return entries.map((entry, n) => ({
      ...keys[n],
      failures: failuresIn(entry),
      sampleId: async () => (await samples())[n] ?? null,
    }));
  }
}

const failures = ({ figures }: KeyFigures) => failuresIn(figures);

// The entries with the largest `size`, without those whose `size` is 0.
async function largest(
  { db }: Context,
  question: StatsQuestion,
  by: Dimension[],
  { first }: TopArgs = { first: 10 },
  size: (entry: KeyFigures) => number = ({ figures }) => figures.total,
) {
  const most = topSize(first);
  const query = figureQuery(question, by);
  const found = (await figuresByKey(db, query)).filter((entry) => size(entry) > 0);
  const top = found.sort((one, other) => size(other) - size(one) || compareKeys(one, other)).slice(0, most);
  const percentiles = once(() =>
    percentilesByKey(
      db,
      query,
      top.map(({ key }) => key),
    ),
  );
  return top.map(({ key, figures }, n) => ({
    key,
    ...shownFigures(figures),
    duration: async () => (await percentiles())[n],
  }));
}

// makes the order of entries of equal size deterministic
function compareKeys(one: KeyFigures, other: KeyFigures): number {
  return JSON.stringify(one.key) < JSON.stringify(other.key) ? -1 : 1;
}

function shownFigures(figures: Figures) {
  return { ...figures, successRate: successRate(figures) };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

@Resolver(() => WebhookFiguresType)
export class WebhookFiguresResolver {
  @FieldResolver(() => WebhookType, { nullable: true, description: 'The webhook; null: requests without a webhook.' })
  webhook(@Root() { webhookId }: WithWebhook, @Ctx() context: Context) {
    return WEBHOOK.load(context, webhookId);
  }
}

@Resolver(() => FailingWebhookType)
export class FailingWebhookResolver {
  @FieldResolver(() => WebhookType, { nullable: true, description: 'The webhook; null: requests without a webhook.' })
  webhook(@Root() { webhookId }: WithWebhook, @Ctx() context: Context) {
    return WEBHOOK.load(context, webhookId);
  }

  @FieldResolver(() => RequestLogType, { nullable: true, description: 'The latest failure in the range.' })
  async sample(@Root() entry: WithSample, @Ctx() context: Context) {
    return WEBHOOK_REQUEST_LOG.load(context, await entry.sampleId());
  }
}

@Resolver(() => FrequentErrorType)
export class FrequentErrorResolver {
  @FieldResolver(() => WebhookType, { nullable: true, description: 'The webhook; null: requests without a webhook.' })
  webhook(@Root() { webhookId }: WithWebhook, @Ctx() context: Context) {
    return WEBHOOK.load(context, webhookId);
  }

  @FieldResolver(() => RequestLogType, { nullable: true, description: 'The latest such request in the range.' })
  async sample(@Root() entry: WithSample, @Ctx() context: Context) {
    return WEBHOOK_REQUEST_LOG.load(context, await entry.sampleId());
  }
}
