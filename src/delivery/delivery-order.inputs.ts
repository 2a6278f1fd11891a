import { Field, InputType } from 'type-graphql';
import { publishEnum } from '../graphql/enum';
import { type ListOrder, type OrderDirection, OrderDirectionEnum } from '../graphql/lists/list-order';
import { type Condition, everything } from '../sql/condition';
import { BY_END, BY_NEXT_ATTEMPT } from './delivery-states';

const ORDER_FIELDS = ['CREATED_AT', 'FINISHED_AT', 'NEXT_ATTEMPT_AT'] as const;
const OrderFieldEnum = publishEnum(
  'DeliveryOrderField',
  ORDER_FIELDS,
  'The fields by which deliveries can be ordered.',
  {
    CREATED_AT: { description: 'The time in the id, with millisecond precision.' },
    FINISHED_AT: { description: '`finishedAt`. The list omits open deliveries.' },
    NEXT_ATTEMPT_AT: {
      description: '`nextAttemptAt`. The list omits deliveries without a next attempt.',
    },
  },
);

@InputType('DeliveryOrder', {
  description:
    'The order of deliveries: { field: NEXT_ATTEMPT_AT, direction: ASC } puts those due first at the beginning.',
})
export class DeliveryOrder {
  @Field(() => OrderFieldEnum, { description: 'The field to order by.' })
  field: (typeof ORDER_FIELDS)[number];

  @Field(() => OrderDirectionEnum, { defaultValue: 'DESC', description: 'DESC: newest first.' })
  direction: OrderDirection;
}

const ORDER_COLUMNS = {
  CREATED_AT: null,
  FINISHED_AT: { sql: 'finished_at', property: 'finishedAt', type: 'timestamptz' },
  NEXT_ATTEMPT_AT: { sql: 'next_attempt_at', property: 'nextAttemptAt', type: 'timestamptz' },
} as const;

/** The rows with a value in the field of the order. Other rows are not part of the list. */
const ORDERED: Record<DeliveryOrder['field'], Condition> = {
  CREATED_AT: everything,
  FINISHED_AT: BY_END,
  NEXT_ATTEMPT_AT: BY_NEXT_ATTEMPT,
};

export function deliveryOrder(given: DeliveryOrder | null | undefined): { order: ListOrder; ordered: Condition } {
  const field = given?.field ?? 'CREATED_AT';
  const tag = field === 'CREATED_AT' ? 'Delivery' : `Delivery.${field}`;
  const order = { tag, column: ORDER_COLUMNS[field], descending: given?.direction !== 'ASC' };
  return { order, ordered: ORDERED[field] };
}
