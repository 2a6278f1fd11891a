// Statistics of each webhook of a list.
import { createHash } from 'node:crypto';
import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { loaderFor, perRequest } from '../../graphql/data-loaders';
import { masksOf } from '../../graphql/roles/masked';
import { withCommas } from '../../text';
import { WebhookType } from '../../webhooks/api/webhook.type';
import type { WebhookRow } from '../../webhooks/webhook.store';
import { COUNTED_REQUESTS } from '../stats/counting-lag.store';
import { type RequestFigure, shownFigures } from '../stats/request-figures';
import { type Answer, answerByWebhook, type StatsShape, statsOf } from '../stats/stats-answer';
import { MAX_BUCKETS } from '../stats/stats-buckets';
import { ofWebhooks, questionOf, StatsArgs } from './stats.inputs';
import { RequestFiguresType, WebhookStatsType } from './stats.type';

interface Shape extends StatsShape<RequestFigure> {
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
  ): Promise<Shape> {
    const hash = createHash('sha256').update(JSON.stringify(args)).digest('base64url');
    const stats = await perRequest(context, `Webhook.stats ${hash}`, async () =>
      statsOf(context.db, COUNTED_REQUESTS, questionOf(masksOf(context).seesAll, args), args),
    );
    return { ...stats, webhookId: id, hash };
  }
}

async function answersFor(
  context: Context,
  { question, webhookId, hash }: Shape,
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
  async total(@Root() stats: Shape, @Ctx() context: Context) {
    const [answer] = await answersFor(context, stats, [stats.question.span.from]);
    return answer ? shownFigures(answer) : null;
  }

  @FieldResolver(() => [RequestFiguresType], {
    nullable: true,
    description:
      `The figures of each bucket, at most ${withCommas(MAX_BUCKETS)}, in chronological order. The first one starts with the range, or at ` +
      '`countedFrom`, the last one ends with the range. A bucket without requests is included, with zeros.',
  })
  async buckets(@Root() stats: Shape, @Ctx() context: Context) {
    return (await answersFor(context, stats, stats.starts)).map(shownFigures);
  }
}
