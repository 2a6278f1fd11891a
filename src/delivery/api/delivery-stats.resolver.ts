import type { GraphQLResolveInfo } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import {
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  Float,
  Info,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { READERS } from '../../access/viewer';
import type { Context } from '../../graphql/context';
import { publishEnum, withExample } from '../../graphql/directives';
import { type WalkedField, walkedValue } from '../../graphql/lists/cursor';
import { WHERE_TEXT } from '../../graphql/lists/filter-inputs';
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
import {
  BucketArgs,
  BY_TEXT,
  DateTimeRange,
  DurationPercentilesType,
  dimensionsOf,
  GroupArgs,
  SpanType,
  StatsOfRangeType,
  topSize,
} from '../../request-log/api/stats.type';
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
import type { Dimension } from '../../request-log/stats/stats-figures.store';
import { everything } from '../../sql/condition';
import { uuidOf } from '../../values/ids';
import { withCommas } from '../../values/text';
import { WEBHOOK } from '../../webhooks/api/webhook.resolver';
import { WebhookType } from '../../webhooks/api/webhook.type';
import { WebhookWhere } from '../../webhooks/api/webhook-where.inputs';
import { FINISHED_STATUSES, type SkipReason } from '../delivery.entity';
import {
  COUNTED_DELIVERIES,
  DELIVERY_ROLLUP_FIELDS,
  DELIVERY_STATS,
  type DeliveryFigure,
  deliveredRate,
  finishedStats,
} from '../stats/delivery-figures';
import type { FinishedOf } from '../stats/finished-deliveries.store';
import { DeliveryWhere, SkipReasonEnum } from './delivery.type';

// a base class: the API has no type of its own for it
@ObjectType({ simpleResolvers: true })
abstract class FiguresType extends SpanType {
  @Field(() => Int, { description: 'The number of deliveries.' })
  deliveryCount: number;

  @Field(() => Int, { description: 'The number of deliveries that are PENDING: no attempt has ended.' })
  pending: number;

  @Field(() => Int, { description: 'The number of deliveries that are RETRYING: an attempt failed, others follow.' })
  retrying: number;

  @Field(() => Int, { description: 'The number of deliveries that are DELIVERED: the partner answered with 2xx.' })
  delivered: number;

  @Field(() => Int, { description: 'The number of deliveries that are EXHAUSTED: all attempts failed.' })
  exhausted: number;

  @Field(() => Int, { description: 'The number of deliveries that are SKIPPED: they were not sent.' })
  skipped: number;

  @Field(() => Int, { description: 'The number of deliveries that are CANCELLED.' })
  cancelled: number;

  @Field(() => Int, {
    description: 'The number of attempts of these deliveries that have ended, including those of replays.',
  })
  attemptCount: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'The share of `delivered` in the sum of `delivered`, `exhausted` and `cancelled`, 0 to 1, such as 0.9853; null: ' +
      'the sum is 0.',
  })
  deliveredRate: number | null;

  @Field(() => DurationPercentilesType, {
    nullable: true,
    description:
      'The time from the publication of an event to the first 2xx of a delivery of it, of deliveries that have arrived, also of those ' +
      'that are being replayed. It is computed only if it is selected.',
  })
  timeToArrival: DurationPercentilesType | null;
}

@ObjectType('DeliveryFigures', { simpleResolvers: true, description: 'The number of deliveries of a time, by status.' })
class DeliveryFiguresType extends FiguresType {}

@ObjectType('DeliveryGroup', {
  simpleResolvers: true,
  description:
    'The figures of the deliveries with the same values of the dimensions of `by`. The other dimensions are null.',
})
class DeliveryGroupType extends FiguresType {
  @Field(() => String, {
    nullable: true,
    description: 'DOCUMENT_TYPE: the type of document, such as "Sales Invoice".',
  })
  documentType: string | null;

  @Field(() => SkipReasonEnum, { nullable: true, description: 'SKIP_REASON: why the deliveries were not sent.' })
  skipReason: SkipReason | null;
}

@ObjectType('DeliveryStats', {
  simpleResolvers: true,
  description:
    'Statistics of the deliveries that were created, or finished, in a range of time, by their status now. The figures are exact, ' +
    'from `countedFrom` on. Only ' +
    'the fields that are selected are computed. Stored counts are about a second behind: `uncounted` and `countedUntil` ' +
    'report the lag.',
})
class DeliveryStatsType extends StatsOfRangeType {
  @Field(() => Boolean, {
    description:
      'Whether the figures come from stored counts. If true, only deliveries at the edges of the range are counted one by one. ' +
      'If false, `time` is FINISHED_AT, or `where` has a condition that stored counts cannot answer: the newest 50,000 deliveries of ' +
      'the range are looked at, as far as `countedFrom`, and `uncounted` is 0.',
  })
  fromStoredCounts: boolean;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'Everything that was committed before this time is counted. null: the deliveries that existed when counting ' +
      'began are not all counted yet, so the figures are too low.',
  })
  countedUntil: Date | null;

  @Field(() => Int, {
    description:
      'The number of changes of the status of deliveries of this range that are committed but not counted yet; 0 if ' +
      'all are counted. At most 1,000 groups of changes are examined and, while deliveries are counted again, as after ' +
      'a restore, 100,000 older deliveries.',
  })
  uncounted: number;
}

const DELIVERY_TIMES = ['CREATED_AT', 'FINISHED_AT'] as const;
type DeliveryTime = (typeof DELIVERY_TIMES)[number];
const DeliveryTimeEnum = publishEnum(
  'DeliveryStatsTime',
  DELIVERY_TIMES,
  'The time by which statistics count deliveries.',
  {
    CREATED_AT: { description: '`createdAt`: what became of the deliveries of this time.' },
    FINISHED_AT: {
      description:
        '`finishedAt`: what came out in this time, whenever it began, such as what was given up today. Deliveries that are not ' +
        'finished are not counted; one that was replayed counts at its last outcome.',
    },
  },
);

@ArgsType()
class DeliveryStatsArgs extends BucketArgs {
  @Field(() => DateTimeRange, { description: 'Only deliveries of this range, by `time`, are counted.' })
  range: DateTimeRange;

  @Field(() => DeliveryTimeEnum, {
    defaultValue: 'CREATED_AT',
    description: 'The time by which deliveries are counted.',
  })
  time: DeliveryTime;

  @Field(() => DeliveryWhere, {
    nullable: true,
    description:
      `${WHERE_TEXT} Conditions on status, skipReason, documentType, createdAt, and webhook with its links are ` +
      'answered from stored counts, which takes milliseconds for years. For any other condition, and by FINISHED_AT, the newest ' +
      '50,000 deliveries of the range are looked at, and `countedFrom` says how far that is: for what is older, ask for an ' +
      'earlier range. They are the newest of the document, event, replay or webhook that `where` names by `eq`; by FINISHED_AT of the ' +
      'status and of the webhook.',
  })
  where?: DeliveryWhere;
}

const DELIVERY_DIMENSIONS = { WEBHOOK: 'webhookId', DOCUMENT_TYPE: 'documentType', SKIP_REASON: 'skipReason' } as const;
type DeliveryDimension = keyof typeof DELIVERY_DIMENSIONS;
const DeliveryDimensionEnum = publishEnum(
  'DeliveryDimension',
  Object.keys(DELIVERY_DIMENSIONS) as DeliveryDimension[],
  'By what deliveries are grouped.',
  {
    WEBHOOK: { description: 'The webhook.' },
    DOCUMENT_TYPE: { description: 'The type of document.' },
    SKIP_REASON: { description: 'The reason for which they were skipped. Other deliveries are left out.' },
  },
);

@ArgsType()
class DeliveryGroupArgs extends GroupArgs {
  @Field(() => [DeliveryDimensionEnum], { description: BY_TEXT })
  by: DeliveryDimension[];
}

/** @throws AppError BAD_USER_INPUT */
function deliveryDimensions({ by }: DeliveryGroupArgs): Dimension[] {
  return dimensionsOf(by, DELIVERY_DIMENSIONS);
}

// Statistics of deliveries.

/** The filters on the columns of series. */
const SERIES_FILTER: FilterMap = {
  status: exactFilter('status'),
  skipReason: optionalFilter('skip_reason', exactFilter('skip_reason')),
  documentType: textFilter('document_type'),
  webhook: linkFilter('webhook_id', 'webhooks', () => WebhookWhere.filter),
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
  const rowCondition = conditionOf(where, DeliveryWhere.filter);
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
