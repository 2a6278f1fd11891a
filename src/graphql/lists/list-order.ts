import type { Order } from '../../sql/keyset';
import { publishEnum } from '../enum';

export const ORDER_DIRECTIONS = ['ASC', 'DESC'] as const;
export type OrderDirection = (typeof ORDER_DIRECTIONS)[number];
export const OrderDirectionEnum = publishEnum('OrderDirection', ORDER_DIRECTIONS, 'Which end of a list comes first.', {
  ASC: { description: 'The oldest, the smallest, A.' },
  DESC: { description: 'The newest, the largest, Z.' },
});

/** How a list is ordered, and the name of that order: a cursor of another list or order is not taken. */
export interface ListOrder extends Order {
  tag: string;
}
