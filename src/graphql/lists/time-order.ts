import { ArgsType, Field, InputType } from 'type-graphql';
import { type ListOrder, type OrderDirection, OrderDirectionEnum } from './list-order';
import { PageArgs } from './page-args';

@InputType('TimeOrder', {
  description: 'The order of a list of which rows are only ordered by their time: { direction: ASC }, oldest first.',
})
export class TimeOrder {
  @Field(() => OrderDirectionEnum, {
    defaultValue: 'DESC',
    description: 'DESC: newest first. The time is that in the ids, with millisecond precision.',
  })
  direction: OrderDirection;
}

/** A page of such a list. */
@ArgsType()
export class TimePageArgs extends PageArgs {
  @Field(() => TimeOrder, { nullable: true, description: 'The order of the list. Default: newest first.' })
  orderBy?: TimeOrder | null;
}

export function byTime(tag: string, order: TimeOrder | null | undefined): ListOrder {
  return { tag, column: null, descending: order?.direction !== 'ASC' };
}
