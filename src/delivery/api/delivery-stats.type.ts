import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { PercentilesType } from '../../request-log/api/stats.type';
import type { SkipReason } from '../delivery.entity';
import { SkipReasonEnum } from './delivery.type';

@ObjectType('ArrivalPercentiles', {
  simpleResolvers: true,
  description:
    'Percentiles of the time from the publication of an event to the first 2xx of a delivery of it, in whole ' +
    'milliseconds, at most 2,147,483,647 (24 days). They are exact, by the nearest-rank method: `p95Ms` is the shortest ' +
    'time that at least 95 % of the deliveries did not exceed.',
})
class ArrivalPercentilesType extends PercentilesType {
  @Field(() => Int, {
    description: 'The number of deliveries that have arrived, also of those that are being replayed.',
  })
  count: number;
}

// a base class: the API has no type of its own for it
@ObjectType({ simpleResolvers: true })
abstract class FiguresType {
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

  @Field(() => ArrivalPercentilesType, {
    nullable: true,
    description: 'The time from event to arrival. It is computed only if it is selected.',
  })
  timeToArrival: ArrivalPercentilesType | null;
}

@ObjectType('DeliveryFigures', { simpleResolvers: true, description: 'The number of deliveries, by status.' })
export class DeliveryFiguresType extends FiguresType {}

@ObjectType('DeliveryStatsBucket', {
  simpleResolvers: true,
  description: 'The number of deliveries that were created in a bucket, by their status now.',
})
export class DeliveryStatsBucketType extends FiguresType {
  @Field(() => GraphQLDateTime, {
    description: 'The start of the bucket, inclusive. The first bucket starts with the range.',
  })
  start: Date;

  @Field(() => GraphQLDateTime, {
    description: 'The end of the bucket, exclusive. The last bucket ends with the range.',
  })
  end: Date;
}

@ObjectType('DeliveryWebhookFigures', { simpleResolvers: true, description: 'The deliveries to one webhook.' })
export class DeliveryWebhookFiguresType extends FiguresType {}

@ObjectType('DeliveryDocumentTypeFigures', {
  simpleResolvers: true,
  description: 'The deliveries of documents of one type.',
})
export class DeliveryDocumentTypeFiguresType extends FiguresType {
  @Field(() => String, { description: 'The type of the document, such as "Sales Invoice".' })
  documentType: string;
}

@ObjectType('SkipReasonFigures', { simpleResolvers: true, description: 'The deliveries with one skip reason.' })
export class SkipReasonFiguresType extends FiguresType {
  @Field(() => SkipReasonEnum, { description: 'Why the deliveries were not sent.' })
  skipReason: SkipReason;
}

@ObjectType('DeliveryStats', {
  simpleResolvers: true,
  description:
    'Statistics of the deliveries that were created in a range of time, by their status now. The figures are exact. Only ' +
    'the fields that are selected are computed. Stored counts are about a second behind: `uncounted` and `countedUntil` ' +
    'report the lag.',
})
export class DeliveryStatsType {
  @Field(() => GraphQLDateTime, { description: 'The start of the range, inclusive.' })
  from: Date;

  @Field(() => GraphQLDateTime, { description: 'The end of the range, exclusive.' })
  to: Date;

  @Field(() => String, { description: 'The time zone of the buckets: its name in the IANA time zone database.' })
  timeZone: string;

  @Field(() => Boolean, {
    description:
      'Whether the figures come from stored counts. If true, only deliveries at the edges of the range are counted one ' +
      'by one. If false, `where` has a condition that stored counts cannot answer, all deliveries of the range are ' +
      'counted one by one, and `uncounted` is 0.',
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
