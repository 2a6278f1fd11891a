import { ArgsType, Field, InputType } from 'type-graphql';
import { publishEnum } from '../graphql/enum';
import { type ListOrder, type OrderDirection, OrderDirectionEnum } from '../graphql/lists/list-order';
import { PageArgs } from '../graphql/lists/page-args';

const FIELDS = ['AT'] as const;
const FieldEnum = publishEnum('DocumentTimelineEntryOrderField', FIELDS, 'What entries of a timeline are ordered by.', {
  AT: { description: 'When it happened; at one millisecond, what causes stands before its effects.' },
});

@InputType('DocumentTimelineEntryOrder', {
  description: 'In which order entries come: { field: AT, direction: ASC } tells the story from its beginning.',
})
class TimelineOrder {
  @Field(() => FieldEnum, { description: 'What counts.' })
  field: (typeof FIELDS)[number];

  @Field(() => OrderDirectionEnum, { defaultValue: 'DESC', description: 'DESC is the newest first.' })
  direction: OrderDirection;
}

@ArgsType()
export class TimelineArgs extends PageArgs {
  @Field(() => TimelineOrder, { nullable: true, description: 'Newest first by default.' })
  orderBy?: TimelineOrder | null;
}

export function timelineOrder(args: TimelineArgs): ListOrder {
  const column = { sql: 'place', property: 'place', type: 'text' } as const;
  return { tag: 'DocumentTimeline', column, descending: args.orderBy?.direction !== 'ASC' };
}
