import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { DurationPercentilesType, SpanType, StatsOfRangeType } from '../../request-log/api/stats.type';
import type { SkipReason } from '../delivery.entity';
import { SkipReasonEnum } from './delivery.type';

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
export class DeliveryFiguresType extends FiguresType {}

@ObjectType('DeliveryGroup', {
  simpleResolvers: true,
  description:
    'The figures of the deliveries with the same values of the dimensions of `by`. The other dimensions are null.',
})
export class DeliveryGroupType extends FiguresType {
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
export class DeliveryStatsType extends StatsOfRangeType {
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
