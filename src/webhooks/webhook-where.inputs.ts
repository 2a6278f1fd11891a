import { ArgsType, Field, InputType } from 'type-graphql';
import { publishEnum } from '../graphql/enum';
import { DateTimeFilter, enumFilter, IDFilter, StringFilter } from '../graphql/filter-inputs';
import {
  ForwardPageArgs,
  type ListOrder,
  type OrderDirection,
  OrderDirectionEnum,
  PageArgs,
} from '../graphql/page-args';
import { exactFilter, type FilterMap, idFilter, idTimeFilter, linkFilter, textFilter } from '../graphql/where';
import { USER_FILTER, UserWhere } from '../users/user.inputs';
import { DirectionEnum, WebhookStatusEnum } from './webhook.type';

export const DirectionFilter = enumFilter('Direction', DirectionEnum);
const WebhookStatusFilter = enumFilter('WebhookStatus', WebhookStatusEnum);

@InputType('WebhookWhere', { description: 'Webhooks that meet all of it.' })
export class WebhookWhere {
  @Field(() => IDFilter, { nullable: true })
  id?: IDFilter;

  @Field(() => StringFilter, { nullable: true })
  name?: StringFilter;

  @Field(() => DirectionFilter, { nullable: true })
  direction?: InstanceType<typeof DirectionFilter>;

  @Field(() => WebhookStatusFilter, { nullable: true })
  status?: InstanceType<typeof WebhookStatusFilter>;

  @Field(() => StringFilter, { nullable: true })
  url?: StringFilter;

  @Field(() => StringFilter, { nullable: true })
  documentType?: StringFilter;

  @Field(() => UserWhere, { nullable: true })
  owner?: UserWhere;

  @Field(() => DateTimeFilter, { nullable: true })
  createdAt?: DateTimeFilter;

  @Field(() => [WebhookWhere], { nullable: true })
  and?: WebhookWhere[];

  @Field(() => [WebhookWhere], { nullable: true })
  or?: WebhookWhere[];

  @Field(() => WebhookWhere, { nullable: true })
  not?: WebhookWhere;
}

export const WEBHOOK_FILTER: FilterMap = {
  id: idFilter('Webhook'),
  name: textFilter('name'),
  direction: exactFilter('direction'),
  status: exactFilter('status'),
  url: textFilter('url'),
  documentType: textFilter('document_type'),
  owner: linkFilter('owner_id', 'users', () => USER_FILTER),
  createdAt: idTimeFilter(),
};

const WEBHOOK_ORDER_FIELDS = ['CREATED_AT', 'NAME'] as const;
const WebhookOrderFieldEnum = publishEnum('WebhookOrderField', WEBHOOK_ORDER_FIELDS, 'What webhooks are ordered by.');

@InputType('WebhookOrder')
export class WebhookOrder {
  @Field(() => WebhookOrderFieldEnum)
  field: (typeof WEBHOOK_ORDER_FIELDS)[number];

  @Field(() => OrderDirectionEnum, { defaultValue: 'DESC' })
  direction: OrderDirection;
}

export function webhookOrder(order: WebhookOrder | null | undefined): ListOrder {
  const descending = order?.direction !== 'ASC';
  if (order?.field !== 'NAME') return { tag: 'Webhook', column: null, descending };
  return { tag: 'Webhook.NAME', column: { sql: 'name', property: 'name', type: 'text' }, descending };
}

@ArgsType()
export class WebhookListArgs extends PageArgs {
  @Field(() => WebhookWhere, { nullable: true })
  where?: WebhookWhere;

  @Field(() => WebhookOrder, { nullable: true, description: 'Newest first by default.' })
  orderBy?: WebhookOrder | null;
}

@ArgsType()
export class OwnedWebhookListArgs extends ForwardPageArgs {
  @Field(() => WebhookWhere, { nullable: true })
  where?: WebhookWhere;
}
