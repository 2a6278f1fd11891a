import { ArgsType, Field, InputType } from 'type-graphql';
import { publishEnum } from '../graphql/enum';
import { BooleanFilter, DateTimeFilter, enumFilter, IDFilter, IntFilter, StringFilter } from '../graphql/filter-inputs';
import {
  ForwardPageArgs,
  type ListOrder,
  type OrderDirection,
  OrderDirectionEnum,
  PageArgs,
} from '../graphql/page-args';
import {
  exactFilter,
  type FilterMap,
  idFilter,
  idTimeFilter,
  intFilter,
  linkFilter,
  textFilter,
} from '../graphql/where';
import { USER_FILTER, UserWhere } from '../users/user.inputs';
import { DirectionFilter, WEBHOOK_FILTER, WebhookWhere } from '../webhooks/webhook-where.inputs';
import { RequestStatusEnum } from './request-log.type';

const StatusFilter = enumFilter('WebhookRequestLogStatus', RequestStatusEnum);

@InputType('WebhookRequestLogWhere', { description: 'Requests that meet all of it.' })
export class RequestLogWhere {
  @Field(() => IDFilter, { nullable: true })
  id?: IDFilter;

  @Field(() => DirectionFilter, { nullable: true })
  direction?: InstanceType<typeof DirectionFilter>;

  @Field(() => StatusFilter, { nullable: true })
  status?: InstanceType<typeof StatusFilter>;

  @Field(() => StringFilter, { nullable: true })
  documentType?: StringFilter;

  @Field(() => StringFilter, { nullable: true })
  referenceDocument?: StringFilter;

  @Field(() => StringFilter, { nullable: true })
  event?: StringFilter;

  @Field(() => BooleanFilter, { nullable: true, description: 'Made by testWebhook.' })
  test?: BooleanFilter;

  @Field(() => WebhookWhere, { nullable: true })
  webhook?: WebhookWhere;

  @Field(() => UserWhere, { nullable: true })
  user?: UserWhere;

  @Field(() => IntFilter, { nullable: true })
  responseStatus?: IntFilter;

  @Field(() => DateTimeFilter, { nullable: true })
  startedAt?: DateTimeFilter;

  @Field(() => [RequestLogWhere], { nullable: true })
  and?: RequestLogWhere[];

  @Field(() => [RequestLogWhere], { nullable: true })
  or?: RequestLogWhere[];

  @Field(() => RequestLogWhere, { nullable: true })
  not?: RequestLogWhere;
}

export const REQUEST_LOG_FILTER: FilterMap = {
  id: idFilter('WebhookRequestLog'),
  direction: exactFilter('direction'),
  status: exactFilter('status'),
  documentType: textFilter('document_type'),
  referenceDocument: textFilter('reference_document'),
  event: textFilter('event'),
  test: exactFilter('test'),
  webhook: linkFilter('webhook_id', 'webhooks', () => WEBHOOK_FILTER),
  user: linkFilter('user_id', 'users', () => USER_FILTER),
  responseStatus: intFilter('response_status'),
  startedAt: idTimeFilter(),
};

const ORDER_FIELDS = ['STARTED_AT'] as const;
const OrderFieldEnum = publishEnum('WebhookRequestLogOrderField', ORDER_FIELDS, 'What requests are ordered by.');

@InputType('WebhookRequestLogOrder')
export class RequestLogOrder {
  @Field(() => OrderFieldEnum)
  field: (typeof ORDER_FIELDS)[number];

  @Field(() => OrderDirectionEnum, { defaultValue: 'DESC' })
  direction: OrderDirection;
}

/** Ids are times, so the order by time is the order of the primary key. */
export function requestLogOrder(order: RequestLogOrder | null | undefined): ListOrder {
  return { tag: 'WebhookRequestLog', column: null, descending: order?.direction !== 'ASC' };
}

@ArgsType()
export class RequestLogListArgs extends PageArgs {
  @Field(() => RequestLogWhere, { nullable: true })
  where?: RequestLogWhere;

  @Field(() => RequestLogOrder, { nullable: true, description: 'Newest first by default.' })
  orderBy?: RequestLogOrder | null;
}

@ArgsType()
export class FilteredRequestLogListArgs extends ForwardPageArgs {
  @Field(() => RequestLogWhere, { nullable: true })
  where?: RequestLogWhere;
}
