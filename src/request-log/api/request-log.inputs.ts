import { ArgsType, Field, InputType } from 'type-graphql';
import { BUSINESS_EVENT_FILTER, BusinessEventWhere, DOCUMENT_FILTER } from '../../events/business-event.inputs';
import { Content } from '../../graphql/content/content';
import { publishEnum } from '../../graphql/enum';
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
import { all, isNull } from '../../sql/condition';
import { USER_FILTER, UserWhere } from '../../users/user.inputs';
import { CONTENT_READERS } from '../../viewer';
import { DirectionFilter, WEBHOOK_FILTER, WebhookWhere } from '../../webhooks/api/webhook-where.inputs';
import { ORDERED_REQUEST_LOG, REQUEST_LOG } from '../request-log.store';
import { jsonFilter, notSearchedIn, scopedWhere, searchFilter } from '../search/indexed-filters';
import { JsonFilter } from '../search/json-filter.inputs';
import { outcomeFilter, statusFilter } from '../status-filter';
import { RequestErrorCodeEnum, RequestStatusEnum } from './request-log.type';
import { TIMING_FILTER, TimingWhere } from './timing.inputs';

const RequestErrorCodeFilter = optionalEnumFilter('RequestErrorCode', RequestErrorCodeEnum);
const SEARCH_TEXT =
  'Words, in any order. Each one must equal or begin a word of the request: of its reference document, URL or error, ' +
  'or of the values (not the keys) of its payload or response. Case is ignored, and Arabic-Indic digits match ' +
  'European ones: "inv-0042", "٤٢". An id (req_..., dlv_..., whk_..., evt_... or usr_...) finds the requests that ' +
  'belong to that object. 1 to 500 characters, at most 20 words. For viewers from whom masking rules hide content, only the ' +
  'reference document, the error, and the scheme and host of the URL are searched. The first 64 KiB and the first ' +
  '500 distinct words of each payload and each response are indexed. A request is found about a second after it has ' +
  'finished, later under heavy load; a PENDING request is not found.';

const StatusFilter = enumFilter('WebhookRequestLogStatus', RequestStatusEnum);

@Combinable()
@InputType('WebhookRequestLogWhere', { description: 'Conditions on requests. A request must meet all of them.' })
export class RequestLogWhere extends TimingWhere {
  @Field(() => IDFilter, {
    nullable: true,
    description: 'The id: { eq: "req_..." } or { in: ["req_...", "req_..."] }.',
  })
  id?: IDFilter;

  @Field(() => DirectionFilter, {
    nullable: true,
    description: 'The direction: { eq: OUTGOING } matches requests that Hookledger sent.',
  })
  direction?: InstanceType<typeof DirectionFilter>;

  @Field(() => StatusFilter, {
    nullable: true,
    description: 'The status: { in: [FAILED, UNKNOWN] }.',
  })
  status?: InstanceType<typeof StatusFilter>;

  @Field(() => BooleanFilter, { nullable: true, description: 'Whether the request was made by `testWebhook`.' })
  test?: BooleanFilter;

  @Field(() => WebhookWhere, {
    nullable: true,
    description: 'The webhook: { id: { eq: "whk_..." } } or { owner: { name: { eq: "amina@example.com" } } }.',
  })
  webhook?: WebhookWhere;

  @Field(() => UserWhere, {
    nullable: true,
    description: 'The user who triggered the request: { name: { eq: "amina@example.com" } }.',
  })
  user?: UserWhere;

  @Field(() => BusinessEventWhere, { nullable: true, description: 'The event that the request reported.' })
  businessEvent?: BusinessEventWhere;

  @Field(() => IntFilter, {
    nullable: true,
    description: 'The number of the attempt, from 1: { gt: 1 } matches retries.',
  })
  attemptNumber?: IntFilter;

  @Field(() => BooleanFilter, {
    nullable: true,
    description: 'INCOMING: whether an earlier call of the webhook had the same id.',
  })
  duplicate?: BooleanFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The HTTP method in upper case: { eq: "POST" }.' })
  method?: StringFilter;

  @OnlyFor(...CONTENT_READERS)
  @Field(() => StringFilter, {
    nullable: true,
    description: 'The URL: { startsWith: "https://api.example.com/" }. It may contain values of the document.',
  })
  url?: StringFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'The time at which the request finished; { isNull: true } matches PENDING requests.',
  })
  finishedAt?: OptionalDateTimeFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The message of the error.' })
  error?: StringFilter;

  @Field(() => RequestErrorCodeFilter, {
    nullable: true,
    description: 'The code of the error: { in: [DNS, TIMEOUT] }.',
  })
  errorCode?: InstanceType<typeof RequestErrorCodeFilter>;

  @OnlyFor(...CONTENT_READERS)
  @Field(() => StringFilter, { nullable: true, description: 'The IP address of the partner: { eq: "192.0.2.7" }.' })
  remoteAddress?: StringFilter;

  @Field(() => IntFilter, {
    nullable: true,
    description: 'The HTTP status of the response: { gte: 500 }; { isNull: true } matches requests without a response.',
  })
  responseStatus?: IntFilter;

  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'The time at which the request began: { gte: "2026-03-01T00:00:00Z", lt: "2026-03-02T00:00:00Z" }.',
  })
  startedAt?: DateTimeFilter;

  @Content()
  @Field(() => String, { nullable: true, description: SEARCH_TEXT })
  search?: string;

  @Content()
  @OnlyFor(...CONTENT_READERS)
  @Field(() => JsonFilter, {
    nullable: true,
    description: 'The JSON body of the request: { contains: { customer: "ACME" } }.',
  })
  data?: JsonFilter;

  @Content()
  @OnlyFor(...CONTENT_READERS)
  @Field(() => JsonFilter, {
    nullable: true,
    description:
      'The JSON body of the response: { path: { at: "$.code", eq: "E42" } }. A truncated response matches no test.',
  })
  response?: JsonFilter;
}

export const REQUEST_LOG_FILTER: FilterMap = {
  ...DOCUMENT_FILTER,
  ...TIMING_FILTER,
  search: searchFilter,
  data: jsonFilter('data'),
  response: jsonFilter('response'),
  id: idFilter('WebhookRequestLog'),
  direction: exactFilter('direction'),
  status: statusFilter,
  test: exactFilter('test'),
  webhook: linkFilter('webhook_id', 'webhooks', () => WEBHOOK_FILTER),
  user: linkFilter('user_id', 'users', () => USER_FILTER),
  businessEvent: linkFilter('business_event_id', 'business_events', () => BUSINESS_EVENT_FILTER),
  attemptNumber: intFilter('attempt_number'),
  duplicate: exactFilter('duplicate'),
  method: textFilter('method'),
  url: textFilter('url'),
  finishedAt: timeFilter('finished_at'),
  error: textFilter('error'),
  errorCode: optionalFilter('error_code', exactFilter('error_code')),
  remoteAddress: textFilter('remote_address'),
  responseStatus: intFilter('response_status'),
  startedAt: idTimeFilter(),
};

const ORDER_FIELDS = ['STARTED_AT', 'DURATION', 'STATUS'] as const;
const FINISHED_ONLY =
  'The list then omits PENDING requests and those that finished within about the last second and are not indexed yet.';
const OrderFieldEnum = publishEnum(
  'WebhookRequestLogOrderField',
  ORDER_FIELDS,
  'The fields by which requests can be ordered.',
  {
    STARTED_AT: {
      description: 'The time in the id, in milliseconds. Requests of the same millisecond are ordered by id.',
    },
    DURATION: { description: `\`durationMs\`; null counts as the shortest duration. ${FINISHED_ONLY}` },
    STATUS: {
      description: `The name of the status: FAILED, REFUSED, SUCCEEDED, UNKNOWN; within a status by time. ${FINISHED_ONLY}`,
    },
  },
);

@InputType('WebhookRequestLogOrder', {
  description: 'The order of requests: { field: DURATION, direction: DESC } puts the slowest first.',
})
export class RequestLogOrder {
  @Field(() => OrderFieldEnum, { description: 'The field to order by.' })
  field: (typeof ORDER_FIELDS)[number];

  @Field(() => OrderDirectionEnum, {
    defaultValue: 'DESC',
    description: 'DESC puts the newest, slowest or last in the alphabet first.',
  })
  direction: OrderDirection;
}

const ORDER_COLUMNS = {
  // ids begin with the time, so the order by time is that of the primary key
  STARTED_AT: null,
  DURATION: { sql: 'took_ms', property: 'tookMs', type: 'integer' },
  STATUS: { sql: 'outcome', property: 'status', type: 'text' },
} as const;

function requestLogOrder(order: RequestLogOrder | null | undefined): ListOrder {
  const field = order?.field ?? 'STARTED_AT';
  const tag = field === 'STARTED_AT' ? 'WebhookRequestLog' : `WebhookRequestLog.${field}`;
  return { tag, column: ORDER_COLUMNS[field], descending: order?.direction !== 'ASC' };
}

/** Filters of the log joined with its index, by columns by which the index is ordered. */
const FILTERS_OF_INDEX: FilterMap = {
  status: outcomeFilter,
  // without a duration the column has -1
  durationMs: ({ isNull: without, ...tests }, path) =>
    all([
      ...(without === undefined ? [] : [isNull('duration_ms', without as boolean)]),
      ...(Object.keys(tests).length === 0 ? [] : [intFilter('took_ms')(tests, path), isNull('duration_ms', false)]),
    ]),
};

/**
 * The list of requests for these arguments, restricted to what the viewer may search.
 * @param seesAll whether nothing is masked from the viewer. @throws AppError BAD_USER_INPUT
 */
export function listedRequests(
  seesAll: boolean,
  args: PageArgs & { where?: RequestLogWhere; orderBy?: RequestLogOrder | null },
): ListQuery {
  const order = requestLogOrder(args.orderBy);
  return {
    listing: order.column ? ORDERED_REQUEST_LOG : REQUEST_LOG,
    condition: conditionOf(
      scopedWhere(seesAll, args.where),
      order.column ? { ...REQUEST_LOG_FILTER, ...FILTERS_OF_INDEX } : REQUEST_LOG_FILTER,
    ),
    order,
    args,
    notSearched: notSearchedIn(seesAll, args.where),
  };
}

@ArgsType()
export class RequestLogListArgs extends PageArgs {
  @Field(() => RequestLogWhere, { nullable: true, description: WHERE_TEXT })
  where?: RequestLogWhere;

  @Field(() => RequestLogOrder, { nullable: true, description: 'The order of the list. Default: newest first.' })
  orderBy?: RequestLogOrder | null;
}
