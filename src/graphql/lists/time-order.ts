import { Field, InputType } from 'type-graphql';
import { publishEnum } from '../enum';
import { type ListOrder, type OrderDirection, OrderDirectionEnum } from './list-order';

const FIELDS = ['CREATED_AT'] as const;

export interface TimeOrder {
  field: (typeof FIELDS)[number];
  direction: OrderDirection;
}

/** The `orderBy` of a list that has no other order than time, which is in its rows' ids. */
export function timeOrder(name: string, rows: string): new () => TimeOrder {
  const FieldEnum = publishEnum(`${name}OrderField`, FIELDS, `What ${rows} are ordered by.`, {
    CREATED_AT: { description: 'The time in the id, to the millisecond.' },
  });

  @InputType(`${name}Order`, { description: `In which order ${rows} come: { field: CREATED_AT, direction: ASC }.` })
  class Order {
    @Field(() => FieldEnum, { description: 'What counts.' })
    field: TimeOrder['field'];

    @Field(() => OrderDirectionEnum, { defaultValue: 'DESC', description: 'DESC is the newest first.' })
    direction: OrderDirection;
  }
  return Order;
}

export function byTime(tag: string, order: TimeOrder | null | undefined): ListOrder {
  return { tag, column: null, descending: order?.direction !== 'ASC' };
}
