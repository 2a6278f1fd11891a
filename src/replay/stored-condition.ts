import { DELIVERY_FILTER } from '../delivery/api/delivery.inputs';
import { whereFromText } from '../graphql/lists/stored-where';
import { conditionOf } from '../graphql/lists/where-to-sql';
import type { Condition } from '../sql/condition';

/** @throws Error if this version does not have one of its filters, or has another filter of that name */
export function conditionFrom(text: string): Condition {
  return conditionOf(whereFromText(text), DELIVERY_FILTER);
}
