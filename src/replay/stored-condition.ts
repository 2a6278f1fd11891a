// A `where` as text, stored for the workers.
import { DELIVERY_FILTER, type DeliveryWhere } from '../delivery/api/delivery.inputs';
import { conditionOf } from '../graphql/lists/where-to-sql';
import type { Condition } from '../sql/condition';

export function textOfWhere(where: DeliveryWhere): string {
  return JSON.stringify(where);
}

/** The `where` as it is shown; null: there is none. */
export function whereAsJson(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

/** @throws Error if this version does not have one of its filters, or has another filter of that name */
export function conditionFrom(text: string): Condition {
  return conditionOf(JSON.parse(text, revived), DELIVERY_FILTER);
}

// The filter of a time contains Dates, which JSON stores as text. Numbers stay numbers, and no filter compares another
// text by order.
function revived(key: string, value: unknown): unknown {
  return typeof value === 'string' && ['gte', 'gt', 'lt', 'lte'].includes(key) ? new Date(value) : value;
}
