import { ArgsType, Field, InputType } from 'type-graphql';
import { CONTENT_READERS } from '../../access/viewer';
import { BusinessEventWhere, DOCUMENT_FILTERS } from '../../events/business-event.type';
import { Content } from '../../graphql/content/content';
import { publishEnum } from '../../graphql/directives';
import { type ListOrder, type OrderDirection, OrderDirectionEnum } from '../../graphql/lists/cursor';
import { enumFilter, optionalEnumFilter, WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import type { ListQuery } from '../../graphql/lists/list';
import { PageArgs } from '../../graphql/lists/page-args';
import { by, whereOf } from '../../graphql/lists/where';
import {
  conditionOf,
  exactFilter,
  type FieldFilter,
  type FilterMap,
  intFilter,
} from '../../graphql/lists/where-to-sql';
import { OnlyFor } from '../../graphql/roles/filter-roles';
import { all, any, type Condition, compares, isNull, type Side } from '../../sql/condition';
import { UserWhere } from '../../users/user.type';
import { DirectionFilter, WebhookWhere } from '../../webhooks/api/webhook-where.inputs';
import { ORDERED_REQUEST_LOG, REQUEST_LOG } from '../request-log.store';
import { jsonFilter, notSearchedIn, scopedWhere, searchFilter } from '../search/indexed-filters';
import { JsonFilter } from '../search/json-filter.inputs';
import { FAILED_STATUSES } from '../webhook-request-log.entity';
import { RequestErrorCodeEnum, RequestStatusEnum } from './request-log.type';

/** A condition that only failures meet is answered from the table of failed requests. */
function statusFilterBy(column: string): FieldFilter {
  const bySelf = exactFilter(column);
  return (tests, path) => {
    const condition = bySelf(tests, path);
    // if both are given, both must hold
    if (tests.eq !== undefined && tests.in !== undefined) return condition;
    const wanted = statusesOf(tests);
    if (wanted.length === 0 || !wanted.every(isFailure)) return condition;
    const sides = wanted.map((status) => sideOf(status, compares(column, '=', status)));
    return sides.length === 1 ? (sides[0] as Side) : any(sides, condition);
  };
}

function sideOf(status: string, test: Condition): Side {
  const within = compares('status', '=', status);
  const of = { table: 'failed_requests', family: 'status', key: status, orderedBy: null };
  return { kind: 'side', ...of, within, test, isExact: true };
}

/** The filter by status. */
export const statusFilter = statusFilterBy('status');

/** The same for lists in the order of the index of the log, which has the status of finished requests. */
export const outcomeFilter = statusFilterBy('outcome');

function statusesOf(tests: Record<string, unknown>): string[] {
  if (typeof tests.eq === 'string') return [tests.eq];
  return Array.isArray(tests.in) ? [...new Set(tests.in)] : [];
}

function isFailure(status: unknown): boolean {
  return (FAILED_STATUSES as readonly unknown[]).includes(status);
}

const SEARCH_TEXT =
  'Words, in any order. Each one must equal or begin a word of the request: of its reference document, URL or error, ' +
  'or of the values (not the keys) of its payload or response. Case is ignored, and Arabic-Indic digits match ' +
  'European ones: "inv-0042", "٤٢". An id (req_..., dlv_..., whk_..., evt_... or usr_...) finds the requests that ' +
  'belong to that object. 1 to 500 characters, at most 20 words. For viewers from whom masking rules hide content, only the ' +
  'reference document, the error, and the scheme and host of the URL are searched. The first 64 KiB and the first ' +
  '500 distinct words of each payload and each response are indexed. A request is found about a second after it has ' +
  'finished, later under heavy load; a PENDING request is not found.';

export const RequestLogWhere = whereOf(
  'WebhookRequestLogWhere',
  'webhook_request_logs',
  'Conditions on requests. A request must meet all of them.',
  {
    ...DOCUMENT_FILTERS,
    id: by.id('WebhookRequestLog', 'The id: { eq: "req_..." } or { in: ["req_...", "req_..."] }.'),
    direction: by.value(DirectionFilter, 'The direction: { eq: OUTGOING } matches requests that Hookledger sent.'),
    status: by.tests(
      enumFilter('WebhookRequestLogStatus', RequestStatusEnum),
      statusFilter,
      'The status: { in: [FAILED, UNKNOWN] }.',
    ),
    test: by.boolean('Whether the request was made by `testWebhook`.'),
    webhook: by.link(
      () => WebhookWhere,
      'The webhook: { id: { eq: "whk_..." } } or { owner: { name: { eq: "amina@example.com" } } }.',
    ),
    user: by.link(() => UserWhere, 'The user who triggered the request: { name: { eq: "amina@example.com" } }.'),
    businessEvent: by.link(() => BusinessEventWhere, 'The event that the request reported.'),
    attemptNumber: by.integer('The number of the attempt, from 1: { gt: 1 } matches retries.'),
    duplicate: by.boolean('INCOMING: whether an earlier call of the webhook had the same id.'),
    method: by.text('The HTTP method in upper case: { eq: "POST" }.'),
    url: by.text('The URL: { startsWith: "https://api.example.com/" }. It may contain values of the document.', {
      directives: [OnlyFor(...CONTENT_READERS)],
    }),
    finishedAt: by.optionalTime('The time at which the request finished; { isNull: true } matches PENDING requests.'),
    error: by.text('The message of the error.'),
    errorCode: by.optionalValue(
      optionalEnumFilter('RequestErrorCode', RequestErrorCodeEnum),
      'The code of the error: { in: [DNS, TIMEOUT] }.',
    ),
    remoteAddress: by.text('The IP address of the partner: { eq: "192.0.2.7" }.', {
      directives: [OnlyFor(...CONTENT_READERS)],
    }),
    durationMs: by.integer('The duration in milliseconds: { gte: 5000 }.'),
    dnsMs: by.integer('The milliseconds in which the name of the host was resolved: { gte: 1000 }.'),
    connectMs: by.integer(
      'The milliseconds in which the partner was connected to; { isNull: false } matches new connections.',
    ),
    tlsMs: by.integer('The milliseconds of the TLS handshake: { gte: 1000 }.'),
    firstByteMs: by.integer('The milliseconds until the response of the partner began: { gte: 5000 }.'),
    responseStatus: by.integer(
      'The HTTP status of the response: { gte: 500 }; { isNull: true } matches requests without a response.',
    ),
    startedAt: by.idTime(
      'The time at which the request began: { gte: "2026-03-01T00:00:00Z", lt: "2026-03-02T00:00:00Z" }.',
    ),
    traceId: by.text('The trace of the request: { eq: "4bf92f3577b34da6a3ce929d0e0e4736" }.'),
    search: by.tests(String, searchFilter, SEARCH_TEXT, [Content()]),
    data: by.tests(
      JsonFilter,
      jsonFilter('data'),
      'The JSON body of the request: { contains: { customer: "ACME" } }.',
      [OnlyFor(...CONTENT_READERS), Content()],
    ),
    response: by.tests(
      JsonFilter,
      jsonFilter('response'),
      'The JSON body of the response: { path: { at: "$.code", eq: "E42" } }. A truncated response matches no test.',
      [OnlyFor(...CONTENT_READERS), Content()],
    ),
  },
);
export type RequestLogWhere = InstanceType<typeof RequestLogWhere>;

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
      order.column ? { ...RequestLogWhere.filter, ...FILTERS_OF_INDEX } : RequestLogWhere.filter,
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
