import { ArgsType, Field, InputType } from 'type-graphql';
import { BUSINESS_EVENT_FILTER, BusinessEventWhere } from '../../events/business-event.inputs';
import {
  AND_TEXT,
  BooleanFilter,
  DateTimeFilter,
  enumFilter,
  IDFilter,
  IntFilter,
  NOT_TEXT,
  OptionalDateTimeFilter,
  OR_TEXT,
  optionalEnumFilter,
  StringFilter,
  WHERE_TEXT,
} from '../../graphql/lists/filter-inputs';
import { PageArgs } from '../../graphql/lists/page-args';
import { type TimeOrder, timeOrder } from '../../graphql/lists/time-order';
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
import { DeliveryStatusEnum, SkipReasonEnum, WaitEnum } from './delivery.type';

const DeliveryStatusFilter = enumFilter('DeliveryStatus', DeliveryStatusEnum);
const SkipReasonFilter = optionalEnumFilter('SkipReason', SkipReasonEnum);
const DeliveryWaitFilter = optionalEnumFilter('DeliveryWait', WaitEnum);

@InputType('DeliveryWhere', { description: 'Deliveries that meet all of it.' })
export class DeliveryWhere {
  @Field(() => IDFilter, { nullable: true, description: 'One delivery, or some: { in: ["dlv_...", "dlv_..."] }.' })
  id?: IDFilter;

  @Field(() => DeliveryStatusFilter, {
    nullable: true,
    description: '{ in: [PENDING, RETRYING] }: those that are open.',
  })
  status?: InstanceType<typeof DeliveryStatusFilter>;

  @Field(() => SkipReasonFilter, { nullable: true, description: 'Why nothing was sent: { eq: CONDITION_ERROR }.' })
  skipReason?: InstanceType<typeof SkipReasonFilter>;

  @Field(() => StringFilter, { nullable: true, description: '{ eq: "Sales Invoice" }.' })
  documentType?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: '{ eq: "on_submit" }.' })
  event?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The document: { eq: "INV-0042" }.' })
  referenceDocument?: StringFilter;

  @Field(() => BooleanFilter, { nullable: true, description: 'Made by testWebhook.' })
  test?: BooleanFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The text that says why it was skipped.' })
  skipMessage?: StringFilter;

  @Field(() => IntFilter, { nullable: true, description: 'How many requests were made: { gt: 1 } was retried.' })
  attempts?: IntFilter;

  @Field(() => BooleanFilter, { nullable: true, description: 'Its webhook is paused or disabled.' })
  held?: BooleanFilter;

  @Field(() => DeliveryWaitFilter, { nullable: true, description: '{ eq: PREDECESSOR }: held back by an earlier one.' })
  waitsFor?: InstanceType<typeof DeliveryWaitFilter>;

  @Field(() => BooleanFilter, { nullable: true, description: 'Cancelled while an attempt was on the wire.' })
  cancelRequested?: BooleanFilter;

  @Field(() => OptionalDateTimeFilter, { nullable: true, description: 'When it is tried next: { lt: "..." }.' })
  nextAttemptAt?: OptionalDateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When it first arrived; { isNull: true }: it never did.',
  })
  deliveredAt?: OptionalDateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When it was over; { isNull: true }: it is not.',
  })
  finishedAt?: OptionalDateTimeFilter;

  @Field(() => UserWhere, { nullable: true, description: 'Whose act in the business system it tells of.' })
  user?: UserWhere;

  @Field(() => WebhookWhere, { nullable: true, description: 'To whom it is owed: { id: { eq: "whk_..." } }.' })
  webhook?: WebhookWhere;

  @Field(() => BusinessEventWhere, { nullable: true, description: 'What it tells: { id: { eq: "evt_..." } }.' })
  businessEvent?: BusinessEventWhere;

  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'When the event became a delivery: { gte: "2026-03-01T00:00:00Z" }.',
  })
  createdAt?: DateTimeFilter;

  @Field(() => [DeliveryWhere], { nullable: true, description: AND_TEXT })
  and?: DeliveryWhere[];

  @Field(() => [DeliveryWhere], { nullable: true, description: OR_TEXT })
  or?: DeliveryWhere[];

  @Field(() => DeliveryWhere, { nullable: true, description: NOT_TEXT })
  not?: DeliveryWhere;
}

// By way of the events, which have an index on users: one on deliveries would be written again with each of their changes.
const ofUser: FieldFilter = (tests, path) => {
  const events: Condition = {
    kind: 'link',
    column: 'user_id',
    table: 'users',
    condition: conditionOf(tests, USER_FILTER, path),
    path,
  };
  return { kind: 'linkedRow', column: 'business_event_id', table: 'business_events', condition: events };
};

export const DELIVERY_FILTER: FilterMap = {
  id: idFilter('Delivery'),
  status: exactFilter('status'),
  skipReason: optionalFilter('skip_reason', exactFilter('skip_reason')),
  skipMessage: textFilter('skip_message'),
  attempts: intFilter('attempts'),
  held: exactFilter('held'),
  waitsFor: optionalFilter('waits_for', exactFilter('waits_for')),
  cancelRequested: exactFilter('cancel_requested'),
  nextAttemptAt: timeFilter('next_attempt_at'),
  deliveredAt: timeFilter('delivered_at'),
  finishedAt: timeFilter('finished_at'),
  user: ofUser,
  documentType: textFilter('document_type'),
  event: textFilter('event'),
  referenceDocument: textFilter('reference_document'),
  test: exactFilter('test'),
  webhook: linkFilter('webhook_id', 'webhooks', () => WEBHOOK_FILTER),
  businessEvent: linkFilter('business_event_id', 'business_events', () => BUSINESS_EVENT_FILTER),
  createdAt: idTimeFilter(),
};

addWhereLink(RequestLogWhere, REQUEST_LOG_FILTER, {
  name: 'delivery',
  type: () => DeliveryWhere,
  description: 'What it was an attempt of: { status: { eq: EXHAUSTED } }.',
  filter: linkFilter('delivery_id', 'deliveries', () => DELIVERY_FILTER),
});
addWhereLink(BusinessEventWhere, BUSINESS_EVENT_FILTER, {
  name: 'causedBy',
  type: () => DeliveryWhere,
  description: 'The delivery that its publisher was reacting to.',
  filter: linkFilter('caused_by', 'deliveries', () => DELIVERY_FILTER),
});

const DeliveryOrder = timeOrder('Delivery', 'deliveries');

@ArgsType()
export class DeliveryListArgs extends PageArgs {
  @Field(() => DeliveryWhere, { nullable: true, description: WHERE_TEXT })
  where?: DeliveryWhere;

  @Field(() => DeliveryOrder, { nullable: true, description: 'Newest first by default.' })
  orderBy?: TimeOrder | null;
}
