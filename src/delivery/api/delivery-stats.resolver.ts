// Statistics of deliveries.
import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { type WalkedField, walkedValue } from '../../graphql/lists/walked-value';
import {
  conditionOf,
  exactFilter,
  type FilterMap,
  linkFilter,
  optionalFilter,
  textFilter,
} from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { selectedOf } from '../../graphql/selects';
import { uuidOf } from '../../ids';
import { topSize } from '../../request-log/api/stats.inputs';
import { rollupWhere } from '../../request-log/stats/rollup-where';
import {
  type Answer,
  answerByBucket,
  answerByKey,
  answerForRange,
  percentilesByField,
  type StatsShape,
  statsOf,
} from '../../request-log/stats/stats-answer';
import { MAX_BUCKETS, spanOf } from '../../request-log/stats/stats-buckets';
import { type KeyFigures, namedKey, type StatsQuestion } from '../../request-log/stats/stats-figures';
import { everything } from '../../sql/condition';
import { withCommas } from '../../text';
import { READERS } from '../../viewer';
import { WEBHOOK } from '../../webhooks/api/webhook.linked-fields';
import { WebhookType } from '../../webhooks/api/webhook.type';
import { WEBHOOK_FILTER } from '../../webhooks/api/webhook-where.inputs';
import { FINISHED_STATUSES } from '../delivery-state.entity';
import {
  COUNTED_DELIVERIES,
  DELIVERY_ROLLUP_FIELDS,
  DELIVERY_STATS,
  type DeliveryFigure,
  deliveredRate,
  finishedStats,
} from '../stats/delivery-figures';
import type { FinishedOf } from '../stats/finished-deliveries.store';
import { DELIVERY_FILTER, type DeliveryWhere } from './delivery.inputs';
import { DeliveryGroupArgs, DeliveryStatsArgs, deliveryDimensions } from './delivery-stats.inputs';
import { DeliveryFiguresType, DeliveryGroupType, DeliveryStatsType } from './delivery-stats.type';

/** The filters on the columns of series. */
const SERIES_FILTER: FilterMap = {
  status: exactFilter('status'),
  skipReason: optionalFilter('skip_reason', exactFilter('skip_reason')),
  documentType: textFilter('document_type'),
  webhook: linkFilter('webhook_id', 'webhooks', () => WEBHOOK_FILTER),
};

type Question = StatsQuestion<DeliveryFigure>;

type Shape = StatsShape<DeliveryFigure>;

/** What the indexes of finished deliveries find of a `where`; the rest is tested. */
function finishedOf(where: DeliveryWhere | undefined): FinishedOf {
  const { eq, in: among } = where?.status ?? {};
  const webhookId = where?.webhook?.id?.eq;
  return {
    statuses: FINISHED_STATUSES.filter(
      (status) => (eq === undefined || eq === status) && (!Array.isArray(among) || among.includes(status)),
    ),
    webhookId: typeof webhookId === 'string' ? uuidOf('Webhook', webhookId) : null,
  };
}

const WALKED_FIELDS: readonly WalkedField[] = [
  { field: 'referenceDocument', column: 'reference_document', link: null },
  { field: 'businessEvent', column: 'business_event_id', link: 'BusinessEvent' },
  { field: 'replay', column: 'replay_id', link: 'Replay' },
  { field: 'webhook', column: 'webhook_id', link: 'Webhook' },
];

function questionOf({ range, time, where }: DeliveryStatsArgs): Question {
  const span = spanOf(range);
  const rowCondition = conditionOf(where, DELIVERY_FILTER);
  if (time === 'FINISHED_AT')
    return { source: finishedStats(finishedOf(where)), span, rowCondition, walked: everything, rollup: null };
  const rollup = rollupWhere(where as Record<string, unknown> | undefined, DELIVERY_ROLLUP_FIELDS);
  const asked = { source: DELIVERY_STATS, span, rowCondition, walked: walkedValue(where, WALKED_FIELDS) };
  if (!rollup) return { ...asked, rollup };
  const condition = rollup.where === undefined ? everything : conditionOf(rollup.where, SERIES_FILTER);
  return { ...asked, rollup: { ...rollup, condition } };
}

function shown(answer: Answer<DeliveryFigure>) {
  const { figures, start, end } = answer;
  return {
    ...figures,
    deliveredRate: deliveredRate(figures),
    ...percentilesByField(DELIVERY_STATS, answer),
    start,
    end,
  };
}

@Resolver(() => DeliveryStatsType)
export class DeliveryStatsResolver {
  @HasRole(...READERS)
  @Query(() => DeliveryStatsType, {
    description: withExample(
      'Statistics of the deliveries that were created, or finished, in a range of time: in all, by bucket, and by what they belong to.',
      '{\n  deliveryStats(range: { from: "2026-03-01T00:00:00Z", to: "2026-03-08T00:00:00Z" }, bucket: DAY) {\n' +
        '    uncounted\n    buckets { start deliveryCount delivered exhausted timeToArrival { p95Ms } }\n' +
        '    figures(by: SKIP_REASON) { skipReason deliveryCount }\n  }\n}',
    ),
  })
  deliveryStats(@Ctx() { db }: Context, @Args(() => DeliveryStatsArgs) args: DeliveryStatsArgs): Promise<Shape> {
    return statsOf(db, COUNTED_DELIVERIES, questionOf(args), args);
  }

  @FieldResolver(() => DeliveryFiguresType, { nullable: true, description: 'The figures of the whole range.' })
  async total(@Root() { question }: Shape, @Ctx() { db }: Context, @Info() info: GraphQLResolveInfo) {
    return shown(await answerForRange(db, question, selectedOf(info, Object.keys(question.source.histograms))));
  }

  @FieldResolver(() => [DeliveryFiguresType], {
    nullable: true,
    description:
      `The figures of each bucket, at most ${withCommas(MAX_BUCKETS)}, in chronological order. The first one starts with the range, or at ` +
      '`countedFrom`, the last one ends with the range. A bucket without deliveries is included, with zeros.',
  })
  async buckets(@Root() { question, starts }: Shape, @Ctx() { db }: Context, @Info() info: GraphQLResolveInfo) {
    const answers = await answerByBucket(
      db,
      question,
      starts,
      selectedOf(info, Object.keys(question.source.histograms)),
    );
    return answers.map(shown);
  }

  @FieldResolver(() => [DeliveryGroupType], {
    nullable: true,
    description: 'The figures of each group of deliveries that occurs, such as of each webhook, the largest first.',
  })
  async figures(
    @Root() { question }: Shape,
    @Ctx() { db }: Context,
    @Args(() => DeliveryGroupArgs) args: DeliveryGroupArgs,
  ) {
    const by = deliveryDimensions(args);
    const size = ({ key, figures }: KeyFigures<DeliveryFigure>) => {
      if (namedKey(by, key).skipReason === null) return 0;
      return args.rankBy === 'FAILURES' ? figures.exhausted : figures.deliveryCount;
    };
    const answers = await answerByKey(db, question, by, topSize(args), size);
    return answers.map((answer) => ({ webhookId: null, ...namedKey(by, answer.key), ...shown(answer) }));
  }
}

@Resolver(() => DeliveryGroupType)
export class DeliveryGroupResolver {
  @FieldResolver(() => WebhookType, { nullable: true, description: 'WEBHOOK: the webhook.' })
  webhook(@Root() { webhookId }: { webhookId: string | null }, @Ctx() context: Context) {
    return WEBHOOK.load(context, webhookId);
  }
}
