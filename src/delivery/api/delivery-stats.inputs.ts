import { ArgsType, Field } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { BucketArgs, BY_TEXT, DateTimeRange, dimensionsOf, GroupArgs } from '../../request-log/api/stats.inputs';
import type { Dimension } from '../../request-log/stats/stats-source.store';
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
export class DeliveryGroupArgs extends GroupArgs {
  @Field(() => [DeliveryDimensionEnum], { description: BY_TEXT })
  by: DeliveryDimension[];
}

/** @throws AppError BAD_USER_INPUT */
export function deliveryDimensions({ by }: DeliveryGroupArgs): Dimension[] {
  return dimensionsOf(by, DELIVERY_DIMENSIONS);
}
