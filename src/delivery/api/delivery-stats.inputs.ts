import { ArgsType, Field } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { BucketArgs, BY_TEXT, DateTimeRange, dimensionsOf, GroupArgs } from '../../request-log/api/stats.inputs';
import type { Dimension } from '../../request-log/stats/stats-source.store';
import { DeliveryWhere } from './delivery.inputs';

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
export class DeliveryStatsArgs extends BucketArgs {
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
export class DeliveryGroupArgs extends GroupArgs {
  @Field(() => [DeliveryDimensionEnum], { description: BY_TEXT })
  by: DeliveryDimension[];
}

/** @throws AppError BAD_USER_INPUT */
export function deliveryDimensions({ by }: DeliveryGroupArgs): Dimension[] {
  return dimensionsOf(by, DELIVERY_DIMENSIONS);
}
