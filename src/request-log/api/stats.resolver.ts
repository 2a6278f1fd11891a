// Statistics of the log.

import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf } from '../../graphql/roles/masked';
import { selects } from '../../graphql/selects';
import { withCommas } from '../../text';
import { READERS } from '../../viewer';
import { WEBHOOK } from '../../webhooks/api/webhook.linked-fields';
import { WebhookType } from '../../webhooks/api/webhook.type';
import { COUNTED_REQUESTS } from '../stats/counting-lag.store';
import { latestFailures } from '../stats/latest-failures';
import { failuresIn, type RequestFigure, shownFigures } from '../stats/request-figures';
import { answerByBucket, answerByKey, answerForRange, once, type StatsShape, statsOf } from '../stats/stats-answer';
import { MAX_BUCKETS } from '../stats/stats-buckets';
import type { KeyFigures } from '../stats/stats-figures';
import type { Dimension } from '../stats/stats-figures.store';
import { WEBHOOK_REQUEST_LOG } from './request-log.linked-fields';
import { RequestLogType } from './request-log.type';
import { questionOf, StatsArgs, TopArgs, topSize } from './stats.inputs';
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

type Shape = StatsShape<RequestFigure>;

const failures = ({ figures }: KeyFigures<RequestFigure>) => failuresIn(figures);

// The entries with the largest `size`, without those whose `size` is 0.
async function largest(
  { db }: Context,
  { question }: Shape,
  by: Dimension[],
  args: TopArgs = {},
  size: (entry: KeyFigures<RequestFigure>) => number = ({ figures }) => figures.requestCount,
) {
  const answers = await answerByKey(db, question, by, topSize(args), size);
  return answers.map(({ key, ...answer }) => ({ key, ...shownFigures(answer) }));
}

@Resolver(() => StatsType)
export class StatsResolver {
  @HasRole(...READERS)
  @Query(() => StatsType, {
    description: withExample(
      'Statistics of the requests of a range of time: in all, by bucket, and by what the requests belong to.',
      '{\n  webhookRequestLogStats(\n    range: { from: "2026-03-01T00:00:00Z", to: "2026-03-08T00:00:00Z" }\n    bucket: DAY\n' +
        '    timeZone: "Europe/Berlin"\n  ) {\n    uncounted\n    buckets { start requestCount failed successRate duration { p95Ms } }\n' +
        '    topFailingWebhooks(first: 3) { webhook { name } failures sample { error } }\n  }\n}',
    ),
  })
  webhookRequestLogStats(@Ctx() context: Context, @Args(() => StatsArgs) args: StatsArgs): Promise<Shape> {
    return statsOf(context.db, COUNTED_REQUESTS, questionOf(masksOf(context).seesAll, args), args);
  }

  @FieldResolver(() => FiguresOnlyType, { nullable: true, description: 'The figures of the whole range.' })
  async total(@Root() { question }: Shape, @Ctx() { db }: Context, @Info() info: GraphQLResolveInfo) {
    return shownFigures(await answerForRange(db, question, selects(info, 'duration')));
  }

  @FieldResolver(() => [StatsBucketType], {
    nullable: true,
    description:
      `The figures of each bucket, at most ${withCommas(MAX_BUCKETS)}, in chronological order. A bucket without requests is ` +
      'included, with zeros.',
  })
  async buckets(@Root() { question, starts }: Shape, @Ctx() { db }: Context, @Info() info: GraphQLResolveInfo) {
    const answers = await answerByBucket(db, question, starts, selects(info, 'duration'));
    return answers.map(({ start, end, ...answer }) => ({ ...shownFigures(answer), start, end }));
  }

  @FieldResolver(() => [DirectionFiguresType], {
    nullable: true,
    description: 'The figures of each direction that occurs, at most 2.',
  })
  async byDirection(@Root() stats: Shape, @Ctx() context: Context) {
    const entries = await largest(context, stats, ['direction']);
    return entries.map(({ key: [direction], ...entry }) => ({ direction, ...entry }));
  }

  @FieldResolver(() => [WebhookFiguresType], {
    nullable: true,
    description: 'The figures of each webhook, those with the most requests first.',
  })
  async byWebhook(@Root() stats: Shape, @Ctx() context: Context, @Args(() => TopArgs) args: TopArgs) {
    const entries = await largest(context, stats, ['webhookId'], args);
    return entries.map(({ key: [webhookId], ...entry }) => ({ webhookId, ...entry }));
  }

  @FieldResolver(() => [DocumentTypeFiguresType], {
    nullable: true,
    description: 'The figures of each type of document, those with the most requests first.',
  })
  async byDocumentType(@Root() stats: Shape, @Ctx() context: Context, @Args(() => TopArgs) args: TopArgs) {
    const entries = await largest(context, stats, ['documentType'], args);
    return entries.map(({ key: [documentType], ...entry }) => ({ documentType, ...entry }));
  }

  @FieldResolver(() => [ErrorCodeFiguresType], {
    nullable: true,
    description:
      'The figures of each error code, the most frequent first. Requests without an error code are not counted.',
  })
  async byErrorCode(@Root() stats: Shape, @Ctx() context: Context, @Args(() => TopArgs) args: TopArgs) {
    const size = ({ key: [code], figures }: KeyFigures<RequestFigure>) => (code === null ? 0 : figures.requestCount);
    const entries = await largest(context, stats, ['errorCode'], args, size);
    return entries.map(({ key: [errorCode], ...entry }) => ({ errorCode, ...entry }));
  }

  @FieldResolver(() => [FailingWebhookType], {
    nullable: true,
    description: 'The webhooks with failures, those with the most first, each with its latest failure.',
  })
  async topFailingWebhooks(@Root() stats: Shape, @Ctx() context: Context, @Args(() => TopArgs) args: TopArgs) {
    const entries = await largest(context, stats, ['webhookId'], args, failures);
    const keys = entries.map(({ key: [webhookId = null] }) => ({ webhookId }));
    const samples = once(() => latestFailures(context.db, stats.question, keys));
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
  async topErrors(@Root() stats: Shape, @Ctx() context: Context, @Args(() => TopArgs) args: TopArgs) {
    const entries = await largest(context, stats, ['webhookId', 'errorCode'], args, failures);
    const keys = entries.map(({ key: [webhookId = null, errorCode = null] }) => ({ webhookId, errorCode }));
    const samples = once(() => latestFailures(context.db, stats.question, keys));
    return entries.map((entry, n) => ({
      ...keys[n],
      failures: failuresIn(entry),
      sampleId: async () => (await samples())[n] ?? null,
    }));
  }
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
