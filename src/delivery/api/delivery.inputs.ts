import { ArgsType, Field, InputType } from 'type-graphql';
import {
  BUSINESS_EVENT_FILTER,
  BusinessEventWhere,
  DOCUMENT_FILTER,
  DocumentWhere,
} from '../../events/business-event.inputs';
import { Combinable } from '../../graphql/lists/combinable';
import {
  BooleanFilter,
  DateTimeFilter,
  enumFilter,
  IDFilter,
  IntFilter,
  OptionalDateTimeFilter,
  optionalEnumFilter,
  StringFilter,
  WHERE_TEXT,
} from '../../graphql/lists/filter-inputs';
import { PageArgs } from '../../graphql/lists/page-args';
import { addWhereLink } from '../../graphql/lists/where-link';
import {
  conditionOf,
  exactFilter,
  type FieldFilter,
  type FilterMap,
  idFilter,
  idTimeFilter,
  intFilter,
  linkFilter,
  optionalFilter,
  textFilter,
  timeFilter,
} from '../../graphql/lists/where-to-sql';
import { REQUEST_LOG_FILTER, RequestLogWhere } from '../../request-log/api/request-log.inputs';
import type { Condition } from '../../sql/condition';
import { USER_FILTER, UserWhere } from '../../users/user.inputs';
import { WEBHOOK_FILTER, WebhookWhere } from '../../webhooks/api/webhook-where.inputs';
import { DeliveryOrder } from '../delivery-order.inputs';
import { deliveryStatusFilter, openFilter } from '../delivery-states';
import { DeliveryStatusEnum, SkipReasonEnum, WaitEnum } from './delivery.type';

const DeliveryStatusFilter = enumFilter('DeliveryStatus', DeliveryStatusEnum);
const SkipReasonFilter = optionalEnumFilter('SkipReason', SkipReasonEnum);
const DeliveryWaitFilter = optionalEnumFilter('DeliveryWait', WaitEnum);

@Combinable()
@InputType('DeliveryWhere', { description: 'Deliveries that meet all of these conditions.' })
export class DeliveryWhere extends DocumentWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the delivery: { in: ["dlv_...", "dlv_..."] }.' })
  id?: IDFilter;

  @Field(() => DeliveryStatusFilter, {
    nullable: true,
    description: 'The status: { in: [PENDING, RETRYING] } for open deliveries.',
  })
  status?: InstanceType<typeof DeliveryStatusFilter>;

  @Field(() => SkipReasonFilter, {
    nullable: true,
    description: 'Why the delivery was skipped: { eq: CONDITION_ERROR }.',
  })
  skipReason?: InstanceType<typeof SkipReasonFilter>;

  @Field(() => BooleanFilter, { nullable: true, description: 'Whether testWebhook made the delivery.' })
  test?: BooleanFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The message that explains the skip reason.' })
  skipMessage?: StringFilter;

  @Field(() => IntFilter, {
    nullable: true,
    description: 'The number of attempts: { gt: 1 } for deliveries that were retried.',
  })
  attempts?: IntFilter;

  @Field(() => BooleanFilter, {
    nullable: true,
    description: 'Whether the delivery is held because its webhook is paused or disabled.',
  })
  held?: BooleanFilter;

  @Field(() => DeliveryWaitFilter, {
    nullable: true,
    description: 'What the delivery waits for: { eq: PREDECESSOR } for an earlier delivery.',
  })
  waitsFor?: InstanceType<typeof DeliveryWaitFilter>;

  @Field(() => BooleanFilter, {
    nullable: true,
    description: 'Whether the delivery was cancelled while an attempt was on the wire.',
  })
  cancelRequested?: BooleanFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the next attempt is due: { lt: "2026-03-01T00:00:00Z" }.',
  })
  nextAttemptAt?: OptionalDateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the partner first answered with 2xx; { isNull: true }: never.',
  })
  deliveredAt?: OptionalDateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the delivery was finished; { isNull: true }: it is open.',
  })
  finishedAt?: OptionalDateTimeFilter;

  @Field(() => UserWhere, { nullable: true, description: 'The user who acted in the business system.' })
  user?: UserWhere;

  @Field(() => WebhookWhere, {
    nullable: true,
    description: 'The webhook that the delivery is for: { id: { eq: "whk_..." } }.',
  })
  webhook?: WebhookWhere;

  @Field(() => BusinessEventWhere, {
    nullable: true,
    description: 'The event that is delivered: { id: { eq: "evt_..." } }.',
  })
  businessEvent?: BusinessEventWhere;

  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'When the delivery was created: { gte: "2026-03-01T00:00:00Z" }.',
  })
  createdAt?: DateTimeFilter;
}

// Filters by user go through business_events, which have an index on users: an index on deliveries would be updated with
// each of their changes.
const ofUser: FieldFilter = (tests, path) => {
  const events: Condition = {
    kind: 'link',
    column: 'user_id',
    table: 'users',
    condition: conditionOf(tests, USER_FILTER, path),
  };
  return { kind: 'link', column: 'business_event_id', table: 'business_events', condition: events };
};

export const DELIVERY_FILTER: FilterMap = {
  ...DOCUMENT_FILTER,
  id: idFilter('Delivery'),
  status: deliveryStatusFilter,
  skipReason: optionalFilter('skip_reason', exactFilter('skip_reason')),
  skipMessage: textFilter('skip_message'),
  attempts: intFilter('attempts'),
  held: openFilter(exactFilter('held'), ({ eq }) => eq === true),
  waitsFor: openFilter(optionalFilter('waits_for', exactFilter('waits_for')), ({ isNull }) => isNull !== true),
  cancelRequested: exactFilter('cancel_requested'),
  nextAttemptAt: openFilter(timeFilter('next_attempt_at'), ({ isNull }) => isNull !== true),
  deliveredAt: timeFilter('delivered_at'),
  finishedAt: timeFilter('finished_at'),
  user: ofUser,
  test: exactFilter('test'),
  webhook: linkFilter('webhook_id', 'webhooks', () => WEBHOOK_FILTER),
  businessEvent: linkFilter('business_event_id', 'business_events', () => BUSINESS_EVENT_FILTER),
  createdAt: idTimeFilter(),
};

addWhereLink(RequestLogWhere, REQUEST_LOG_FILTER, {
  name: 'delivery',
  type: () => DeliveryWhere,
  description: 'The delivery that the request is an attempt of: { status: { eq: EXHAUSTED } }.',
  filter: linkFilter('delivery_id', 'deliveries', () => DELIVERY_FILTER),
});
addWhereLink(BusinessEventWhere, BUSINESS_EVENT_FILTER, {
  name: 'causedBy',
  type: () => DeliveryWhere,
  description: 'The delivery that caused the event, as its publisher stated.',
  filter: linkFilter('caused_by', 'deliveries', () => DELIVERY_FILTER),
});

@ArgsType()
export class DeliveryListArgs extends PageArgs {
  @Field(() => DeliveryWhere, { nullable: true, description: WHERE_TEXT })
  where?: DeliveryWhere;

  @Field(() => DeliveryOrder, { nullable: true, description: 'The order of the list. Default: newest first.' })
  orderBy?: DeliveryOrder | null;
}
