import { ArgsType, Field, InputType } from 'type-graphql';
import { BUSINESS_EVENT_FILTER, BusinessEventWhere } from '../events/business-event.inputs';
import { BooleanFilter, DateTimeFilter, enumFilter, IDFilter, StringFilter } from '../graphql/filter-inputs';
import { ForwardPageArgs, PageArgs } from '../graphql/page-args';
import { exactFilter, type FilterMap, idFilter, idTimeFilter, linkFilter, textFilter } from '../graphql/where';
import { WEBHOOK_FILTER, WebhookWhere } from '../webhooks/webhook-where.inputs';
import { DeliveryStatusEnum, SkipReasonEnum } from './delivery.type';

const DeliveryStatusFilter = enumFilter('DeliveryStatus', DeliveryStatusEnum);
const SkipReasonFilter = enumFilter('SkipReason', SkipReasonEnum);

@InputType('DeliveryWhere', { description: 'Deliveries that meet all of it.' })
export class DeliveryWhere {
  @Field(() => IDFilter, { nullable: true })
  id?: IDFilter;

  @Field(() => DeliveryStatusFilter, { nullable: true })
  status?: InstanceType<typeof DeliveryStatusFilter>;

  @Field(() => SkipReasonFilter, { nullable: true })
  skipReason?: InstanceType<typeof SkipReasonFilter>;

  @Field(() => StringFilter, { nullable: true })
  documentType?: StringFilter;

  @Field(() => StringFilter, { nullable: true })
  event?: StringFilter;

  @Field(() => StringFilter, { nullable: true })
  referenceDocument?: StringFilter;

  @Field(() => BooleanFilter, { nullable: true, description: 'Made by testWebhook.' })
  test?: BooleanFilter;

  @Field(() => WebhookWhere, { nullable: true })
  webhook?: WebhookWhere;

  @Field(() => BusinessEventWhere, { nullable: true })
  businessEvent?: BusinessEventWhere;

  @Field(() => DateTimeFilter, { nullable: true })
  createdAt?: DateTimeFilter;

  @Field(() => [DeliveryWhere], { nullable: true })
  and?: DeliveryWhere[];

  @Field(() => [DeliveryWhere], { nullable: true })
  or?: DeliveryWhere[];

  @Field(() => DeliveryWhere, { nullable: true })
  not?: DeliveryWhere;
}

export const DELIVERY_FILTER: FilterMap = {
  id: idFilter('Delivery'),
  status: exactFilter('status'),
  skipReason: exactFilter('skip_reason'),
  documentType: textFilter('document_type'),
  event: textFilter('event'),
  referenceDocument: textFilter('reference_document'),
  test: exactFilter('test'),
  webhook: linkFilter('webhook_id', 'webhooks', () => WEBHOOK_FILTER),
  businessEvent: linkFilter('business_event_id', 'business_events', () => BUSINESS_EVENT_FILTER),
  createdAt: idTimeFilter(),
};

@ArgsType()
export class DeliveryListArgs extends PageArgs {
  @Field(() => DeliveryWhere, { nullable: true })
  where?: DeliveryWhere;
}

@ArgsType()
export class FilteredDeliveryListArgs extends ForwardPageArgs {
  @Field(() => DeliveryWhere, { nullable: true })
  where?: DeliveryWhere;
}
