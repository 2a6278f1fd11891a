import { ArgsType, Field, InputType } from 'type-graphql';
import { BUSINESS_EVENT_FILTER, BusinessEventWhere } from '../../../events/business-event.inputs';
import { Combinable } from '../../../graphql/lists/combinable';
import { enumFilter, IDFilter, StringFilter, WHERE_TEXT } from '../../../graphql/lists/filter-inputs';
import { TimePageArgs } from '../../../graphql/lists/time-order';
import { exactFilter, type FilterMap, idFilter, linkFilter, textFilter } from '../../../graphql/lists/where-to-sql';
import { WEBHOOK_FILTER, WebhookWhere } from '../../../webhooks/api/webhook-where.inputs';
import { DELIVERY_FILTER, DeliveryWhere } from '../delivery.inputs';
import { DeadLetterKindEnum } from './dead-letter.type';

const DeadLetterKindFilter = enumFilter('DeadLetterKind', DeadLetterKindEnum);

@Combinable()
@InputType('DeadLetterWhere', { description: 'Dead letters that meet all of these conditions.' })
export class DeadLetterWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the dead letter: { eq: "dlt_..." }.' })
  id?: IDFilter;

  @Field(() => DeadLetterKindFilter, { nullable: true, description: 'What cannot be done: { in: [JOB, EVENT] }.' })
  kind?: InstanceType<typeof DeadLetterKindFilter>;

  @Field(() => StringFilter, { nullable: true, description: 'The SQLSTATE or the name of the error: { eq: "22003" }.' })
  code?: StringFilter;

  @Field(() => WebhookWhere, { nullable: true, description: 'DECISION, COUNT_DELIVERIES: the webhook.' })
  webhook?: WebhookWhere;

  @Field(() => DeliveryWhere, { nullable: true, description: 'JOB: the delivery whose attempt cannot be begun.' })
  delivery?: DeliveryWhere;

  @Field(() => BusinessEventWhere, { nullable: true, description: 'EVENT, DECISION: the event.' })
  businessEvent?: BusinessEventWhere;
}

export const DEAD_LETTER_FILTER: FilterMap = {
  id: idFilter('DeadLetter'),
  kind: exactFilter('kind'),
  code: textFilter('code'),
  webhook: linkFilter('webhook_id', 'webhooks', () => WEBHOOK_FILTER),
  delivery: linkFilter('delivery_id', 'deliveries', () => DELIVERY_FILTER),
  businessEvent: linkFilter('business_event_id', 'business_events', () => BUSINESS_EVENT_FILTER),
};

@ArgsType()
export class DeadLetterListArgs extends TimePageArgs {
  @Field(() => DeadLetterWhere, { nullable: true, description: WHERE_TEXT })
  where?: DeadLetterWhere;
}
