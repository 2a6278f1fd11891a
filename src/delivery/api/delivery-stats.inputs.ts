import { ArgsType, Field } from 'type-graphql';
import { WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { BucketArgs, DateTimeRange } from '../../request-log/api/stats.inputs';
import { DeliveryWhere } from './delivery.inputs';

@ArgsType()
export class DeliveryStatsArgs extends BucketArgs {
  @Field(() => DateTimeRange, { description: 'Only deliveries that were created in this range are counted.' })
  range: DateTimeRange;

  @Field(() => DeliveryWhere, {
    nullable: true,
    description:
      `${WHERE_TEXT} Conditions on status, skipReason, documentType, createdAt, and webhook with its links are ` +
      'answered from stored counts, which takes milliseconds for years. For any other condition the deliveries of ' +
      'the range are counted one by one. If that takes too long, the error is LIMIT_EXCEEDED: use a shorter range.',
  })
  where?: DeliveryWhere;
}
