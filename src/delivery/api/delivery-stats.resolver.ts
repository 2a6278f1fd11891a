// Statistics of deliveries.
import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import {
  conditionOf,
  exactFilter,
  type FilterMap,
  linkFilter,
  optionalFilter,
  textFilter,
} from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { selects } from '../../graphql/selects';
import { TopArgs, topSize } from '../../request-log/api/stats.inputs';
import { rollupWhere } from '../../request-log/stats/rollup-where';
import {
  type Answer,
  answerByBucket,
  answerByKey,
  answerForRange,
  type StatsShape,
  statsOf,
} from '../../request-log/stats/stats-answer';
import { MAX_BUCKETS, spanOf } from '../../request-log/stats/stats-buckets';
import type { KeyFigures, StatsQuestion } from '../../request-log/stats/stats-figures';
import { everything } from '../../sql/condition';
import { withCommas } from '../../text';
import { READERS } from '../../viewer';
import { WEBHOOK } from '../../webhooks/api/webhook.linked-fields';
import { WebhookType } from '../../webhooks/api/webhook.type';
import { WEBHOOK_FILTER } from '../../webhooks/api/webhook-where.inputs';
import { SKIP_REASONS } from '../delivery.entity';
import {
  COUNTED_DELIVERIES,
  DELIVERY_ROLLUP_FIELDS,
  DELIVERY_STATS,
  type DeliveryFigure,
  deliveredRate,
} from '../stats/delivery-figures';
import { DELIVERY_FILTER } from './delivery.inputs';
import { DeliveryStatsArgs } from './delivery-stats.inputs';
import {
  DeliveryDocumentTypeFiguresType,
  DeliveryFiguresType,
  DeliveryStatsBucketType,
  DeliveryStatsType,
  DeliveryWebhookFiguresType,
  SkipReasonFiguresType,
} from './delivery-stats.type';

/** The filters on the columns of series. */
const SERIES_FILTER: FilterMap = {
  status: exactFilter('status'),
  skipReason: optionalFilter('skip_reason', exactFilter('skip_reason')),
  documentType: textFilter('document_type'),
  webhook: linkFilter('webhook_id', 'webhooks', () => WEBHOOK_FILTER),
};

type Question = StatsQuestion<DeliveryFigure>;

type Shape = StatsShape<DeliveryFigure>;

function questionOf({ range, where }: DeliveryStatsArgs): Question {
  const span = spanOf(range);
  const rowCondition = conditionOf(where, DELIVERY_FILTER);
  const rollup = rollupWhere(where as Record<string, unknown> | undefined, DELIVERY_ROLLUP_FIELDS);
  if (!rollup) return { source: DELIVERY_STATS, span, rowCondition, rollup };
  const condition = rollup.where === undefined ? everything : conditionOf(rollup.where, SERIES_FILTER);
  return { source: DELIVERY_STATS, span, rowCondition, rollup: { ...rollup, condition } };
}

const deliveryCount = ({ figures }: KeyFigures<DeliveryFigure>) => figures.deliveryCount;

function shown({ figures, percentiles }: Answer<DeliveryFigure>) {
  return { ...figures, deliveredRate: deliveredRate(figures), timeToArrival: percentiles };
}

@Resolver(() => DeliveryStatsType)
export class DeliveryStatsResolver {
  @HasRole(...READERS)
  @Query(() => DeliveryStatsType, {
    description: withExample(
      'Statistics of the deliveries that were created in a range of time: in all, by bucket, and by what they belong to.',
      '{\n  deliveryStats(range: { from: "2026-03-01T00:00:00Z", to: "2026-03-08T00:00:00Z" }, bucket: DAY) {\n' +
        '    uncounted\n    buckets { start deliveryCount delivered exhausted timeToArrival { p95Ms } }\n' +
        '    bySkipReason { skipReason deliveryCount }\n  }\n}',
    ),
  })
  deliveryStats(@Ctx() { db }: Context, @Args(() => DeliveryStatsArgs) args: DeliveryStatsArgs): Promise<Shape> {
    return statsOf(db, COUNTED_DELIVERIES, questionOf(args), args);
  }

  @FieldResolver(() => DeliveryFiguresType, { nullable: true, description: 'The figures of the whole range.' })
  async total(@Root() { question }: Shape, @Ctx() { db }: Context, @Info() info: GraphQLResolveInfo) {
    return shown(await answerForRange(db, question, selects(info, 'timeToArrival')));
  }

  @FieldResolver(() => [DeliveryStatsBucketType], {
    nullable: true,
    description:
      `The figures of each bucket, at most ${withCommas(MAX_BUCKETS)}, in chronological order. A bucket without deliveries is ` +
      'included, with zeros.',
  })
  async buckets(@Root() { question, starts }: Shape, @Ctx() { db }: Context, @Info() info: GraphQLResolveInfo) {
    const answers = await answerByBucket(db, question, starts, selects(info, 'timeToArrival'));
    return answers.map(({ start, end, ...answer }) => ({ ...shown(answer), start, end }));
  }

  @FieldResolver(() => [DeliveryWebhookFiguresType], {
    nullable: true,
    description: 'The figures of each webhook, those with the most deliveries first.',
  })
  async byWebhook(@Root() { question }: Shape, @Ctx() { db }: Context, @Args(() => TopArgs) args: TopArgs) {
    const answers = await answerByKey(db, question, ['webhookId'], topSize(args), deliveryCount);
    return answers.map(({ key: [webhookId], ...answer }) => ({ ...shown(answer), webhookId }));
  }

  @FieldResolver(() => [DeliveryDocumentTypeFiguresType], {
    nullable: true,
    description: 'The figures of each type of document, those with the most deliveries first.',
  })
  async byDocumentType(@Root() { question }: Shape, @Ctx() { db }: Context, @Args(() => TopArgs) args: TopArgs) {
    const answers = await answerByKey(db, question, ['documentType'], topSize(args), deliveryCount);
    return answers.map(({ key: [documentType], ...answer }) => ({ ...shown(answer), documentType }));
  }

  @FieldResolver(() => [SkipReasonFiguresType], {
    nullable: true,
    description: `The figures of each skip reason, at most ${SKIP_REASONS.length}, the most frequent first. Other deliveries are not counted.`,
  })
  async bySkipReason(@Root() { question }: Shape, @Ctx() { db }: Context) {
    const size = ({ key: [reason], figures }: KeyFigures<DeliveryFigure>) =>
      reason === null ? 0 : figures.deliveryCount;
    const answers = await answerByKey(db, question, ['skipReason'], SKIP_REASONS.length, size);
    return answers.map(({ key: [skipReason], ...answer }) => ({ ...shown(answer), skipReason }));
  }
}

@Resolver(() => DeliveryWebhookFiguresType)
export class DeliveryWebhookFiguresResolver {
  @FieldResolver(() => WebhookType, { nullable: true, description: 'The webhook.' })
  webhook(@Root() { webhookId }: { webhookId: string }, @Ctx() context: Context) {
    return WEBHOOK.load(context, webhookId);
  }
}
