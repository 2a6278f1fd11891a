import { Field, InputType } from 'type-graphql';
import { publishEnum } from '../enum';
import { type ListOrder, type OrderDirection, OrderDirectionEnum } from './list-order';

const FIELDS = ['CREATED_AT'] as const;

export interface TimeOrder {
  field: (typeof FIELDS)[number];
  direction: OrderDirection;
}

/** The `orderBy` of a list that is only ordered by the time in the ids. */
export function timeOrder(name: string, rows: string): new () => TimeOrder {
  const FieldEnum = publishEnum(`${name}OrderField`, FIELDS, `The fields by which ${rows} can be ordered.`, {
    CREATED_AT: { description: 'The time in the id, with millisecond precision.' },
  });

  @InputType(`${name}Order`, { description: `The order of ${rows}: { field: CREATED_AT, direction: ASC }.` })
  class Order {
    @Field(() => FieldEnum, { description: 'The field to order by.' })
    field: TimeOrder['field'];

    @Field(() => OrderDirectionEnum, { defaultValue: 'DESC', description: 'DESC: newest first.' })
    direction: OrderDirection;
  }
  return Order;
}

export function byTime(tag: string, order: TimeOrder | null | undefined): ListOrder {
  return { tag, column: null, descending: order?.direction !== 'ASC' };
}
