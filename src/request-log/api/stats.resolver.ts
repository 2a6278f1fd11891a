// Statistics of the log.

import { createHash } from 'node:crypto';
import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { type Context, loaderFor, perRequest } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf } from '../../graphql/roles/masked';
import { selectedOf } from '../../graphql/selects';
import { withCommas } from '../../values/text';
import { WEBHOOK } from '../../webhooks/api/webhook.resolver';
import { WebhookType } from '../../webhooks/api/webhook.type';
import type { WebhookRow } from '../../webhooks/webhook.store';
import { COUNTED_REQUESTS } from '../stats/counting-lag.store';
import {
  type Answer,
  answerByBucket,
  answerByKey,
  answerByWebhook,
  answerForRange,
  failuresIn,
  once,
  type RequestFigure,
  type StatsShape,
  shownFigures,
  statsOf,
} from '../stats/stats-answer';
import { MAX_BUCKETS } from '../stats/stats-buckets';
import { type KeyFigures, latestFailures, namedKey } from '../stats/stats-figures';
import { WEBHOOK_REQUEST_LOG } from './request-log.resolver';
import { RequestLogType } from './request-log.type';
import {
  ofWebhooks,
  questionOf,
  RequestFiguresType,
  type RequestGroup,
  RequestGroupArgs,
  RequestGroupType,
  requestDimensions,
  StatsArgs,
  StatsType,
  topSize,
  WebhookStatsType,
} from './stats.type';

type Shape = StatsShape<RequestFigure>;

@Resolver(() => StatsType)
export class StatsResolver {
  @HasRole(...READERS)
  @Query(() => StatsType, {
    description: withExample(
      'Statistics of the requests of a range of time: in all, by bucket, and by what the requests belong to.',
      '{\n  webhookRequestLogStats(\n    range: { from: "2026-03-01T00:00:00Z", to: "2026-03-08T00:00:00Z" }\n    bucket: DAY\n' +
        '    timeZone: "Europe/Berlin"\n  ) {\n    uncounted\n    buckets { start requestCount failed successRate duration { p95Ms } firstByte { p95Ms } }\n' +
        '    figures(by: WEBHOOK, rankBy: FAILURES, first: 3) { webhook { name } failures latestFailure { error } }\n  }\n}',
    ),
  })
  webhookRequestLogStats(@Ctx() context: Context, @Args(() => StatsArgs) args: StatsArgs): Promise<Shape> {
    return statsOf(context.db, COUNTED_REQUESTS, questionOf(masksOf(context).seesAll, args), args);
  }

  @FieldResolver(() => RequestFiguresType, { nullable: true, description: 'The figures of the whole range.' })
  async total(@Root() { question }: Shape, @Ctx() { db }: Context, @Info() info: GraphQLResolveInfo) {
    return shownFigures(await answerForRange(db, question, selectedOf(info, Object.keys(question.source.histograms))));
  }

  @FieldResolver(() => [RequestFiguresType], {
    nullable: true,
    description:
      `The figures of each bucket, at most ${withCommas(MAX_BUCKETS)}, in chronological order. The first one starts with the range, or at ` +
      '`countedFrom`, the last one ends with the range. A bucket without requests is included, with zeros.',
  })
  async buckets(@Root() { question, starts }: Shape, @Ctx() { db }: Context, @Info() info: GraphQLResolveInfo) {
    const answers = await answerByBucket(
      db,
      question,
      starts,
      selectedOf(info, Object.keys(question.source.histograms)),
    );
    return answers.map(shownFigures);
  }

  @FieldResolver(() => [RequestGroupType], {
    nullable: true,
    description: 'The figures of each group of requests that occurs, such as of each webhook, the largest first.',
  })
  async figures(
    @Root() { question }: Shape,
    @Ctx() { db }: Context,
    @Args(() => RequestGroupArgs) args: RequestGroupArgs,
  ) {
    const by = requestDimensions(args);
    const size = ({ key, figures }: KeyFigures<RequestFigure>) => {
      if (namedKey(by, key).errorCode === null) return 0;
      return args.rankBy === 'FAILURES' ? failuresIn(figures) : figures.requestCount;
    };
    const answers = await answerByKey(db, question, by, topSize(args), size);
    const keys = answers.map(({ key }) => namedKey(by, key));
    const samples = once(() => latestFailures(db, question, keys));
    return answers.map((answer, n) => ({
      webhookId: null,
      ...keys[n],
      ...shownFigures(answer),
      latestFailureId: async () => (await samples())[n] ?? null,
    }));
  }
}

@Resolver(() => RequestGroupType)
export class RequestGroupResolver {
  @FieldResolver(() => WebhookType, {
    nullable: true,
    description: 'WEBHOOK: the webhook; null: requests without a webhook.',
  })
  webhook(@Root() { webhookId }: RequestGroup, @Ctx() context: Context) {
    return WEBHOOK.load(context, webhookId);
  }

  @FieldResolver(() => RequestLogType, {
    nullable: true,
    description: 'The latest of the `failures` of this group in the range; null: there is none.',
  })
  async latestFailure(@Root() group: RequestGroup, @Ctx() context: Context) {
    return WEBHOOK_REQUEST_LOG.load(context, await group.latestFailureId());
  }
}

// Statistics of each webhook of a list.

interface WebhookShape extends StatsShape<RequestFigure> {
  webhookId: string;
  /** Of the arguments. Webhooks that are asked for the same are read together. */
  hash: string;
}

@Resolver(() => WebhookType)
export class WebhookStatsLinkResolver {
  @FieldResolver(() => WebhookStatsType, {
    nullable: true,
    description:
      'Statistics of the requests of the webhook in a range of time, such as the figures of each day for a list ' +
      'of webhooks.',
  })
  async stats(
    @Root() { id }: WebhookRow,
    @Ctx() context: Context,
    @Args(() => StatsArgs) args: StatsArgs,
  ): Promise<WebhookShape> {
    const hash = createHash('sha256').update(JSON.stringify(args)).digest('base64url');
    const stats = await perRequest(context, `Webhook.stats ${hash}`, async () =>
      statsOf(context.db, COUNTED_REQUESTS, questionOf(masksOf(context).seesAll, args), args),
    );
    return { ...stats, webhookId: id, hash };
  }
}

async function answersFor(
  context: Context,
  { question, webhookId, hash }: WebhookShape,
  starts: readonly number[],
): Promise<Answer<RequestFigure>[]> {
  const loader = loaderFor(context, `Webhook.stats ${starts.length} ${hash}`, (ids) =>
    answerByWebhook(context.db, ofWebhooks(question, ids), ids, starts),
  );
  return (await loader.load(webhookId)) ?? [];
}

@Resolver(() => WebhookStatsType)
export class WebhookStatsResolver {
  @FieldResolver(() => RequestFiguresType, { nullable: true, description: 'The figures of the whole range.' })
  async total(@Root() stats: WebhookShape, @Ctx() context: Context) {
    const [answer] = await answersFor(context, stats, [stats.question.span.from]);
    return answer ? shownFigures(answer) : null;
  }

  @FieldResolver(() => [RequestFiguresType], {
    nullable: true,
    description:
      `The figures of each bucket, at most ${withCommas(MAX_BUCKETS)}, in chronological order. The first one starts with the range, or at ` +
      '`countedFrom`, the last one ends with the range. A bucket without requests is included, with zeros.',
  })
  async buckets(@Root() stats: WebhookShape, @Ctx() context: Context) {
    return (await answersFor(context, stats, stats.starts)).map(shownFigures);
  }
}
