import { ArgsType, Field, InputType } from 'type-graphql';
import { publishEnum } from '../graphql/enum';
import { type ListOrder, type OrderDirection, OrderDirectionEnum } from '../graphql/lists/list-order';
import { PageArgs } from '../graphql/lists/page-args';

const FIELDS = ['AT'] as const;
const FieldEnum = publishEnum(
  'DocumentTimelineEntryOrderField',
  FIELDS,
  'What the entries of a timeline are ordered by.',
  {
    AT: { description: 'The time of the entry; within one millisecond, causes before their effects.' },
  },
);

@InputType('DocumentTimelineEntryOrder', {
  description: 'The order of the entries: { field: AT, direction: ASC } for the oldest first.',
})
class TimelineOrder {
  @Field(() => FieldEnum, { description: 'The field to order by.' })
  field: (typeof FIELDS)[number];

  @Field(() => OrderDirectionEnum, { defaultValue: 'DESC', description: 'The direction; DESC is the newest first.' })
  direction: OrderDirection;
}

@ArgsType()
export class TimelineArgs extends PageArgs {
  @Field(() => TimelineOrder, { nullable: true, description: 'The order of the entries. Default: newest first.' })
  orderBy?: TimelineOrder | null;
}

export function timelineOrder(args: TimelineArgs): ListOrder {
  const column = { sql: 'place', property: 'place', type: 'text' } as const;
  return { tag: 'DocumentTimeline', column, descending: args.orderBy?.direction !== 'ASC' };
}
