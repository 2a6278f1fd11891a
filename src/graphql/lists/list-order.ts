import type { Order } from '../../sql/walks/keyset';
import { publishEnum } from '../enum';

const ORDER_DIRECTIONS = ['ASC', 'DESC'] as const;
export type OrderDirection = (typeof ORDER_DIRECTIONS)[number];
export const OrderDirectionEnum = publishEnum('OrderDirection', ORDER_DIRECTIONS, 'The direction of an order.', {
  ASC: { description: 'Ascending: oldest, smallest or A first.' },
  DESC: { description: 'Descending: newest, largest or Z first.' },
});

/** The order of a list. `tag` names it in cursors, so that a cursor of another list or order is refused. */
export interface ListOrder extends Order {
  tag: string;
  /** The time in a value of the column, where that is not a time or an id. */
  timeOf?: (value: unknown) => Date;
}
