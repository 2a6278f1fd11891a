import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { BusinessEventWhere, DOCUMENT_FILTERS } from '../../events/business-event.type';
import { publishEnum } from '../../graphql/directives';
import { connectionOf } from '../../graphql/lists/connection';
import { type ListOrder, type OrderDirection, OrderDirectionEnum } from '../../graphql/lists/cursor';
import {
  BooleanFilter,
  enumFilter,
  OptionalDateTimeFilter,
  optionalEnumFilter,
  WHERE_TEXT,
} from '../../graphql/lists/filter-inputs';
import { PageArgs } from '../../graphql/lists/page-args';
import { addFilter, by, whereOf } from '../../graphql/lists/where';
import {
  conditionOf,
  exactFilter,
  type FieldFilter,
  optionalFilter,
  timeFilter,
} from '../../graphql/lists/where-to-sql';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { RequestLogWhere } from '../../request-log/api/request-log.inputs';
import { type Condition, everything } from '../../sql/condition';
import { UserWhere } from '../../users/user.type';
import { WebhookWhere } from '../../webhooks/api/webhook-where.inputs';
import {
  DELIVERY_STATUSES,
  type DeliveryStatus,
  SKIP_REASONS,
  type SkipReason,
  WAITS,
  type Wait,
} from '../delivery.entity';
import { BY_END, BY_NEXT_ATTEMPT, deliveryStatusFilter, openFilter } from '../delivery-states';

export const DeliveryStatusEnum = publishEnum('DeliveryStatus', DELIVERY_STATUSES, 'The state of a delivery.', {
  PENDING: { description: 'No attempt has ended since the delivery was created or last replayed.' },
  RETRYING: { description: 'An attempt failed, and the delivery is tried again.' },
  DELIVERED: { description: 'The partner answered with 2xx.' },
  EXHAUSTED: { description: 'All attempts failed: the retry schedule has no further one.' },
  SKIPPED: { description: 'Not sent: `skipReason` gives the reason.' },
  CANCELLED: { description: 'A user cancelled the delivery, or archived its webhook, before it succeeded.' },
});

const WaitEnum = publishEnum('DeliveryWait', WAITS, 'What a delivery waits for.', {
  CAPACITY: {
    description:
      "Capacity: the webhook's circuit, rate limit or concurrency, or its share of the workers. The delivery continues by itself.",
  },
  PREDECESSOR: { description: 'An earlier delivery of the same document, because the webhook has an `ordering`.' },
});

export const SkipReasonEnum = publishEnum('SkipReason', SKIP_REASONS, 'Why a delivery was not sent.', {
  CONDITION_FALSE: { description: 'The condition of the webhook is false for the event.' },
  CONDITION_ERROR: {
    description: 'The condition could not be evaluated, for example because the document has no such field.',
  },
  TEMPLATE_ERROR: { description: 'The URL, a header or the body could not be rendered from the document.' },
  WEBHOOK_DISABLED: { description: 'The webhook was disabled when the event was published.' },
  DUPLICATE: {
    description: 'An event with the same document, name and data was sent within the `dedupeSeconds` of the webhook.',
  },
  LOOP: { description: 'Deliveries to this webhook caused the event, or the event ends a chain of 16 deliveries.' },
  ERASED: { description: 'The content of the event was erased before the delivery was made.' },
});

@HasRole(...READERS)
@ObjectType('Delivery', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'The delivery of one business event to one webhook. Its id is the `webhook-id` header of every attempt.',
})
export class DeliveryType extends NodeType {
  @Field(() => ID, {
    description: '`dlv_` and 32 hexadecimal digits, also the `webhook-id` header of every attempt; never changes.',
  })
  override id: string;

  @Field(() => String, { description: 'The type of the document, such as "Sales Invoice".' })
  documentType: string;

  @Field(() => String, { description: 'What happened to the document, such as "on_submit".' })
  event: string;

  @Field(() => String, { description: 'The name of the document, such as "INV-0042".' })
  referenceDocument: string;

  @Field(() => DeliveryStatusEnum, { description: 'The state of the delivery.' })
  status: DeliveryStatus;

  @Field(() => SkipReasonEnum, {
    nullable: true,
    description: 'Why the delivery was not sent; null: it is not SKIPPED.',
  })
  skipReason: SkipReason | null;

  @Field(() => String, { nullable: true, description: 'The skip reason in a sentence; null: it is not SKIPPED.' })
  skipMessage: string | null;

  @Field(() => Boolean, {
    description:
      'Whether the delivery is held because its webhook is paused or disabled. It continues when the webhook is resumed.',
  })
  held: boolean;

  @Field(() => WaitEnum, {
    nullable: true,
    description: 'What the delivery waits for, other than a time; null: nothing.',
  })
  waitsFor: Wait | null;

  @Field(() => Int, { description: 'The number of attempts, including those of replays; 0: none yet.' })
  attempts: number;

  @Field(() => Boolean, {
    description:
      'Whether testWebhook made the delivery: it has one attempt, even if the webhook is paused or disabled.',
  })
  test: boolean;

  @Field(() => Boolean, {
    description: 'Whether the delivery was cancelled while an attempt was on the wire: it is not retried.',
  })
  cancelRequested: boolean;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the next attempt is due, to the millisecond; null: on the wire, waiting, held or finished.',
  })
  nextAttemptAt: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When the delivery was created. The id contains the same time.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the partner first answered with 2xx; null: never. A replay does not change it.',
  })
  deliveredAt: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the delivery was finished; null: it is open, which it also is during a replay.',
  })
  finishedAt: Date | null;
}

export const DeliveryConnection = connectionOf('Delivery', () => DeliveryType);

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
class DeliveryOrder {
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

// Filters by user go through business_events, which have an index on users: an index on deliveries would be updated with
// each of their changes.
const ofUser: FieldFilter = (tests, path) => {
  const events: Condition = {
    kind: 'link',
    column: 'user_id',
    table: 'users',
    condition: conditionOf(tests, UserWhere.filter, path),
  };
  return { kind: 'link', column: 'business_event_id', table: 'business_events', condition: events };
};

export const DeliveryWhere = whereOf('DeliveryWhere', 'deliveries', 'Deliveries that meet all of these conditions.', {
  ...DOCUMENT_FILTERS,
  id: by.id('Delivery', 'The id of the delivery: { in: ["dlv_...", "dlv_..."] }.'),
  status: by.tests(
    enumFilter('DeliveryStatus', DeliveryStatusEnum),
    deliveryStatusFilter,
    'The status: { in: [PENDING, RETRYING] } for open deliveries.',
  ),
  skipReason: by.optionalValue(
    optionalEnumFilter('SkipReason', SkipReasonEnum),
    'Why the delivery was skipped: { eq: CONDITION_ERROR }.',
  ),
  test: by.boolean('Whether testWebhook made the delivery.'),
  skipMessage: by.text('The message that explains the skip reason.'),
  attempts: by.integer('The number of attempts: { gt: 1 } for deliveries that were retried.'),
  held: by.tests(
    BooleanFilter,
    openFilter(exactFilter('held'), ({ eq }) => eq === true),
    'Whether the delivery is held because its webhook is paused or disabled.',
  ),
  waitsFor: by.tests(
    optionalEnumFilter('DeliveryWait', WaitEnum),
    openFilter(optionalFilter('waits_for', exactFilter('waits_for')), ({ isNull }) => isNull !== true),
    'What the delivery waits for: { eq: PREDECESSOR } for an earlier delivery.',
  ),
  cancelRequested: by.boolean('Whether the delivery was cancelled while an attempt was on the wire.'),
  nextAttemptAt: by.tests(
    OptionalDateTimeFilter,
    openFilter(timeFilter('next_attempt_at'), ({ isNull }) => isNull !== true),
    'When the next attempt is due: { lt: "2026-03-01T00:00:00Z" }.',
  ),
  deliveredAt: by.optionalTime('When the partner first answered with 2xx; { isNull: true }: never.'),
  finishedAt: by.optionalTime('When the delivery was finished; { isNull: true }: it is open.'),
  user: by.tests(UserWhere, ofUser, 'The user who acted in the business system.'),
  webhook: by.link(() => WebhookWhere, 'The webhook that the delivery is for: { id: { eq: "whk_..." } }.'),
  businessEvent: by.link(() => BusinessEventWhere, 'The event that is delivered: { id: { eq: "evt_..." } }.'),
  createdAt: by.idTime('When the delivery was created: { gte: "2026-03-01T00:00:00Z" }.'),
});
export type DeliveryWhere = InstanceType<typeof DeliveryWhere>;

addFilter(
  RequestLogWhere,
  'delivery',
  by.link(() => DeliveryWhere, 'The delivery that the request is an attempt of: { status: { eq: EXHAUSTED } }.'),
);
addFilter(
  BusinessEventWhere,
  'causedBy',
  by.link(() => DeliveryWhere, 'The delivery that caused the event, as its publisher stated.', { column: 'caused_by' }),
);

@ArgsType()
export class DeliveryListArgs extends PageArgs {
  @Field(() => DeliveryWhere, { nullable: true, description: WHERE_TEXT })
  where?: DeliveryWhere;

  @Field(() => DeliveryOrder, { nullable: true, description: 'The order of the list. Default: newest first.' })
  orderBy?: DeliveryOrder | null;
}
