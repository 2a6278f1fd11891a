// A `where` as text, for the workers that come back to it later.
import { DELIVERY_FILTER, type DeliveryWhere } from '../delivery/api/delivery.inputs';
import { conditionOf } from '../graphql/lists/where-to-sql';
import type { Condition } from '../sql/condition';

export function textOfWhere(where: DeliveryWhere): string {
  return JSON.stringify(where);
}

/** @throws Error when this version knows a filter in it no longer, or differently */
export function conditionFrom(text: string): Condition {
  return conditionOf(JSON.parse(text, revived), DELIVERY_FILTER);
}

// GraphQL made a Date of what a time is compared with, and JSON text of that. Numbers stay numbers, and no other text
// has an order.
function revived(key: string, value: unknown): unknown {
  return typeof value === 'string' && ['gte', 'gt', 'lt', 'lte'].includes(key) ? new Date(value) : value;
}
