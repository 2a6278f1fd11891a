import { ArgsType, Field } from 'type-graphql';
import { WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { DateTimeRange, StatsBucketEnum } from '../../request-log/api/stats.inputs';
import { MAX_BUCKETS, type StatsBucket } from '../../request-log/stats/stats-buckets';
import { DeliveryWhere } from './delivery.inputs';

@ArgsType()
export class DeliveryStatsArgs {
  @Field(() => DateTimeRange, { description: 'Only deliveries that were created in this range are counted.' })
  range: DateTimeRange;

  @Field(() => StatsBucketEnum, {
    description:
      `The length of a bucket. A range has at most ${MAX_BUCKETS} buckets, such as 33 hours by MINUTE or 83 days by ` +
      'HOUR.',
  })
  bucket: StatsBucket;

  @Field(() => DeliveryWhere, {
    nullable: true,
    description:
      `${WHERE_TEXT} Conditions on status, skipReason, documentType, createdAt, and webhook with its links are ` +
      'answered from stored counts, which takes milliseconds for years. For any other condition the deliveries of ' +
      'the range are counted one by one. If that takes too long, the error is LIMIT_EXCEEDED: use a shorter range.',
  })
  where?: DeliveryWhere;

  @Field(() => String, {
    nullable: true,
    defaultValue: 'UTC',
    description:
      'The time zone of the buckets: a name of the IANA time zone database, such as "Europe/Berlin" or "Asia/Kolkata".',
  })
  timeZone?: string | null;
}
