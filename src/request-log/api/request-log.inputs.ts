import { ArgsType, Field, InputType } from 'type-graphql';
import { BUSINESS_EVENT_FILTER, BusinessEventWhere } from '../../events/business-event.inputs';
import { publishEnum } from '../../graphql/enum';
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
import type { ListQuery } from '../../graphql/lists/list';
import { type ListOrder, type OrderDirection, OrderDirectionEnum } from '../../graphql/lists/list-order';
import { PageArgs } from '../../graphql/lists/page-args';
import {
  conditionOf,
  exactFilter,
  type FilterMap,
  idFilter,
  idTimeFilter,
  intFilter,
  linkFilter,
  optionalFilter,
  textFilter,
  timeFilter,
} from '../../graphql/lists/where-to-sql';
import { OnlyFor } from '../../graphql/roles/filter-roles';
import { USER_FILTER, UserWhere } from '../../users/user.inputs';
import { CONTENT_READERS, type Viewer } from '../../viewer';
import { DirectionFilter, WEBHOOK_FILTER, WebhookWhere } from '../../webhooks/api/webhook-where.inputs';
import { INDEXED_REQUEST_LOG, REQUEST_LOG } from '../request-log.store';
import { jsonFilter, scopedWhere, searchFilter } from '../search/indexed-filters';
import { JsonFilter } from '../search/json-filter.inputs';
import { statusFilter } from '../status-filter';
import { RequestErrorCodeEnum, RequestStatusEnum } from './request-log.type';

const RequestErrorCodeFilter = optionalEnumFilter('RequestErrorCode', RequestErrorCodeEnum);
const SEARCH_TEXT =
  'Words, in any order, each of which stands in the request or begins a word of it: in the reference document, the URL, the ' +
  'error, the values (not the keys) of the payload and of the response. Upper and lower case and Arabic-Indic digits are ' +
  'forgiven: "inv-0042", "٤٢". An id of ours (req_..., dlv_..., whk_..., evt_..., usr_...) finds what belongs to it. 1 to 500 ' +
  'characters, at most 20 words. Who may not read payloads searches reference document, error, and scheme and host of the URL ' +
  'alone. Of a payload or response the first 64 KiB and 500 different words are searched. What was closed within the last ' +
  'second or so may not be found yet, more at times of much traffic; what is on the wire is not.';

const StatusFilter = enumFilter('WebhookRequestLogStatus', RequestStatusEnum);

@InputType('WebhookRequestLogWhere', { description: 'Requests that meet all of it.' })
export class RequestLogWhere {
  @Field(() => IDFilter, { nullable: true, description: 'One request, or some: { in: ["req_...", "req_..."] }.' })
  id?: IDFilter;

  @Field(() => DirectionFilter, { nullable: true, description: '{ eq: OUTGOING }: those where we called.' })
  direction?: InstanceType<typeof DirectionFilter>;

  @Field(() => StatusFilter, {
    nullable: true,
    description: '{ in: [FAILED, UNKNOWN] }: those that did not arrive, as far as we know.',
  })
  status?: InstanceType<typeof StatusFilter>;

  @Field(() => StringFilter, { nullable: true, description: '{ eq: "Sales Invoice" }.' })
  documentType?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The document: { eq: "INV-0042" }.' })
  referenceDocument?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: '{ eq: "on_submit" }.' })
  event?: StringFilter;

  @Field(() => BooleanFilter, { nullable: true, description: 'Made by testWebhook.' })
  test?: BooleanFilter;

  @Field(() => WebhookWhere, {
    nullable: true,
    description: 'With whom: { id: { eq: "whk_..." } }, { owner: { name: { eq: "amina@example.com" } } }.',
  })
  webhook?: WebhookWhere;

  @Field(() => UserWhere, { nullable: true, description: 'Who triggered it: { name: { eq: "amina@example.com" } }.' })
  user?: UserWhere;

  @Field(() => BusinessEventWhere, { nullable: true, description: 'What happened, that it tells.' })
  businessEvent?: BusinessEventWhere;

  @Field(() => IntFilter, { nullable: true, description: 'The n-th try of its delivery: { gt: 1 } are retries.' })
  attemptNumber?: IntFilter;

  @Field(() => BooleanFilter, { nullable: true, description: 'INCOMING: a repeated id.' })
  duplicate?: BooleanFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The HTTP method, in capitals: { eq: "POST" }.' })
  method?: StringFilter;

  @OnlyFor(...CONTENT_READERS)
  @Field(() => StringFilter, {
    nullable: true,
    description: 'What was called: { startsWith: "https://api.example.com/" }. It may hold values of the document.',
  })
  url?: StringFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When its outcome was known; { isNull: true }: it is on the wire.',
  })
  finishedAt?: OptionalDateTimeFilter;

  @Field(() => IntFilter, { nullable: true, description: 'Milliseconds it took: { gte: 5000 } are slow ones.' })
  durationMs?: IntFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The sentence that says what went wrong.' })
  error?: StringFilter;

  @Field(() => RequestErrorCodeFilter, { nullable: true, description: 'What went wrong: { in: [DNS, TIMEOUT] }.' })
  errorCode?: InstanceType<typeof RequestErrorCodeFilter>;

  @Field(() => StringFilter, { nullable: true, description: 'OUTGOING: the IP address, such as { eq: "192.0.2.7" }.' })
  remoteAddress?: StringFilter;

  @Field(() => IntFilter, {
    nullable: true,
    description: 'The HTTP status that came back: { gte: 500 }; { isNull: true }: no answer began.',
  })
  responseStatus?: IntFilter;

  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'When it began: { gte: "2026-03-01T00:00:00Z", lt: "2026-03-02T00:00:00Z" }.',
  })
  startedAt?: DateTimeFilter;

  @Field(() => String, { nullable: true, description: SEARCH_TEXT })
  search?: string;

  @OnlyFor(...CONTENT_READERS)
  @Field(() => JsonFilter, {
    nullable: true,
    description: 'The JSON that was sent: { contains: { customer: "ACME" } }.',
  })
  data?: JsonFilter;

  @OnlyFor(...CONTENT_READERS)
  @Field(() => JsonFilter, {
    nullable: true,
    description:
      'The JSON that came back: { path: { at: "$.code", eq: "E42" } }. Of one that was cut off nothing is known.',
  })
  response?: JsonFilter;

  @Field(() => [RequestLogWhere], { nullable: true, description: AND_TEXT })
  and?: RequestLogWhere[];

  @Field(() => [RequestLogWhere], { nullable: true, description: OR_TEXT })
  or?: RequestLogWhere[];

  @Field(() => RequestLogWhere, { nullable: true, description: NOT_TEXT })
  not?: RequestLogWhere;
}

export const REQUEST_LOG_FILTER: FilterMap = {
  search: searchFilter,
  data: jsonFilter('data'),
  response: jsonFilter('response'),
  id: idFilter('WebhookRequestLog'),
  direction: exactFilter('direction'),
  status: statusFilter,
  documentType: textFilter('document_type'),
  referenceDocument: textFilter('reference_document'),
  event: textFilter('event'),
  test: exactFilter('test'),
  webhook: linkFilter('webhook_id', 'webhooks', () => WEBHOOK_FILTER),
  user: linkFilter('user_id', 'users', () => USER_FILTER),
  businessEvent: linkFilter('business_event_id', 'business_events', () => BUSINESS_EVENT_FILTER),
  attemptNumber: intFilter('attempt_number'),
  duplicate: exactFilter('duplicate'),
  method: textFilter('method'),
  url: textFilter('url'),
  finishedAt: timeFilter('finished_at'),
  durationMs: intFilter('duration_ms'),
  error: textFilter('error'),
  errorCode: optionalFilter('error_code', exactFilter('error_code')),
  remoteAddress: textFilter('remote_address'),
  responseStatus: intFilter('response_status'),
  startedAt: idTimeFilter(),
};

const ORDER_FIELDS = ['STARTED_AT', 'DURATION', 'STATUS'] as const;
const CLOSED_ONLY = 'Requests that are on the wire, or were closed within the last second or so, are not in this list.';
const OrderFieldEnum = publishEnum('WebhookRequestLogOrderField', ORDER_FIELDS, 'What requests are ordered by.', {
  STARTED_AT: { description: 'The time in the id, to the millisecond.' },
  DURATION: { description: `durationMs; what has none counts as the shortest. ${CLOSED_ONLY}` },
  STATUS: { description: `By name: FAILED, REFUSED, SUCCEEDED, UNKNOWN; within each by time. ${CLOSED_ONLY}` },
});

@InputType('WebhookRequestLogOrder', {
  description: 'In which order requests come: { field: DURATION, direction: DESC } are the slowest first.',
})
export class RequestLogOrder {
  @Field(() => OrderFieldEnum, { description: 'What counts.' })
  field: (typeof ORDER_FIELDS)[number];

  @Field(() => OrderDirectionEnum, { defaultValue: 'DESC', description: 'DESC: the newest, the slowest first.' })
  direction: OrderDirection;
}

const ORDER_COLUMNS = {
  // ids are times, so the order by time is the order of the primary key
  STARTED_AT: null,
  DURATION: { sql: 'took_ms', property: 'tookMs', type: 'integer' },
  STATUS: { sql: 'outcome', property: 'status', type: 'text' },
} as const;

function requestLogOrder(order: RequestLogOrder | null | undefined): ListOrder {
  const field = order?.field ?? 'STARTED_AT';
  const tag = field === 'STARTED_AT' ? 'WebhookRequestLog' : `WebhookRequestLog.${field}`;
  return { tag, column: ORDER_COLUMNS[field], descending: order?.direction !== 'ASC' };
}

/** A list of requests as somebody asks for it. @throws AppError BAD_USER_INPUT */
export function listedRequests(
  viewer: Viewer | null,
  args: PageArgs & { where?: RequestLogWhere; orderBy?: RequestLogOrder | null },
): ListQuery {
  const order = requestLogOrder(args.orderBy);
  return {
    listing: order.column ? INDEXED_REQUEST_LOG : REQUEST_LOG,
    condition: conditionOf(scopedWhere(viewer, args.where), REQUEST_LOG_FILTER),
    order,
    args,
  };
}

@ArgsType()
export class RequestLogListArgs extends PageArgs {
  @Field(() => RequestLogWhere, { nullable: true, description: WHERE_TEXT })
  where?: RequestLogWhere;

  @Field(() => RequestLogOrder, { nullable: true, description: 'Newest first by default.' })
  orderBy?: RequestLogOrder | null;
}
