import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, Float, InputType, Int, ObjectType } from 'type-graphql';
import { AppError } from '../../errors/errors';
import { publishEnum } from '../../graphql/directives';
import { type WalkedField, walkedValue } from '../../graphql/lists/cursor';
import { WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { all, type Condition, everything, isAnyOf } from '../../sql/condition';
import { checkedSize } from '../../values/refuse-argument';
import { withCommas } from '../../values/text';
import { DirectionEnum } from '../../webhooks/api/webhook.type';
import type { Direction } from '../../webhooks/webhook.entity';
import { scopedWhere } from '../search/indexed-filters';
import { REQUEST_ROLLUP_FIELDS, rollupWhere } from '../stats/rollup-where';
import { REQUEST_STATS, type RequestFigure } from '../stats/stats-answer';
import { MAX_BUCKETS, STATS_BUCKETS, type StatsBucket, spanOf } from '../stats/stats-buckets';
import type { StatsQuestion } from '../stats/stats-figures';
import type { Dimension } from '../stats/stats-figures.store';
import type { RequestErrorCode } from '../webhook-request-log.entity';
import { RequestLogWhere } from './request-log.inputs';
import { RequestErrorCodeEnum } from './request-log.type';

@ObjectType('DurationPercentiles', {
  simpleResolvers: true,
  description:
    'Percentiles of a time of requests or deliveries, in whole milliseconds, at most 2,147,483,647 (24 days). They are exact, by ' +
    'the nearest-rank method: `p95Ms` is the shortest time that at least 95 % did not exceed.',
})
export class DurationPercentilesType {
  @Field(() => Int, { description: 'The number of requests or deliveries that have this time.' })
  count: number;

  @Field(() => Int, { nullable: true, description: 'The median; null: `count` is 0.' })
  p50Ms: number | null;

  @Field(() => Int, { nullable: true, description: 'The 95th percentile; null: `count` is 0.' })
  p95Ms: number | null;

  @Field(() => Int, { nullable: true, description: 'The 99th percentile; null: `count` is 0.' })
  p99Ms: number | null;

  @Field(() => Int, { nullable: true, description: 'The longest; null: `count` is 0.' })
  maxMs: number | null;
}

// a base class: the API has no type of its own for it
@ObjectType({ simpleResolvers: true })
export abstract class SpanType {
  @Field(() => GraphQLDateTime, { description: 'The start of the time that is counted, inclusive.' })
  start: Date;

  @Field(() => GraphQLDateTime, { description: 'The end of the time that is counted, exclusive.' })
  end: Date;
}

const COMPUTED = 'Percentiles are computed only if they are selected.';

// a base class: the API has no type of its own for it
@ObjectType({ simpleResolvers: true })
abstract class FiguresType extends SpanType {
  @Field(() => Int, { description: 'The number of requests, finished or PENDING.' })
  requestCount: number;

  @Field(() => Int, {
    description: 'The number of requests that are SUCCEEDED: those with a response of 2xx; INCOMING: accepted calls.',
  })
  succeeded: number;

  @Field(() => Int, { description: 'The number of requests that are FAILED: those with another response, or none.' })
  failed: number;

  @Field(() => Int, {
    description: 'The number of requests that are UNKNOWN: the process ended before it recorded their outcome.',
  })
  unknown: number;

  @Field(() => Int, {
    description: 'The number of requests that are REFUSED: incoming calls that Hookledger did not accept.',
  })
  refused: number;

  @Field(() => Int, { description: 'The sum of `failed`, `unknown` and `refused`.' })
  failures: number;

  @Field(() => Int, { description: 'The number of requests that are PENDING: their outcome is not known yet.' })
  pending: number;

  @Field(() => Int, { description: 'The number of requests with an `attemptNumber` above 1.' })
  retries: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'The share of `succeeded` in the finished requests, 0 to 1, such as 0.9853; null if none has finished.',
  })
  successRate: number | null;

  @Field(() => DurationPercentilesType, {
    nullable: true,
    description: `\`durationMs\` of finished requests; those whose outcome is UNKNOWN have none. ${COMPUTED}`,
  })
  duration: DurationPercentilesType | null;

  @Field(() => DurationPercentilesType, {
    nullable: true,
    description: `\`dnsMs\`, of requests that opened a connection to a name. ${COMPUTED}`,
  })
  dns: DurationPercentilesType | null;

  @Field(() => DurationPercentilesType, {
    nullable: true,
    description: `\`connectMs\`, of requests that opened a connection. ${COMPUTED}`,
  })
  connect: DurationPercentilesType | null;

  @Field(() => DurationPercentilesType, {
    nullable: true,
    description: `\`tlsMs\`, of requests that opened an encrypted connection. ${COMPUTED}`,
  })
  tls: DurationPercentilesType | null;

  @Field(() => DurationPercentilesType, {
    nullable: true,
    description:
      '`firstByteMs`, of outgoing requests to which a response began: the time that partners took. What `duration` has beyond it ' +
      `was spent on connections and on reading responses. ${COMPUTED}`,
  })
  firstByte: DurationPercentilesType | null;
}

@ObjectType('WebhookRequestLogFigures', {
  simpleResolvers: true,
  description: 'The number of requests that began in a time, by outcome.',
})
export class RequestFiguresType extends FiguresType {}

/** The ids behind the links of a group, which are loaded only if they are selected. */
export interface RequestGroup {
  webhookId: string | null;
  latestFailureId(): Promise<string | null>;
}

@ObjectType('WebhookRequestLogGroup', {
  simpleResolvers: true,
  description:
    'The figures of the requests with the same values of the dimensions of `by`. The other dimensions are null.',
})
export class RequestGroupType extends FiguresType {
  @Field(() => DirectionEnum, { nullable: true, description: 'DIRECTION: the direction of these requests.' })
  direction: Direction | null;

  @Field(() => String, {
    nullable: true,
    description: 'DOCUMENT_TYPE: the type of document, such as "Sales Invoice"; null: requests without one.',
  })
  documentType: string | null;

  @Field(() => RequestErrorCodeEnum, { nullable: true, description: 'ERROR_CODE: the error code of these requests.' })
  errorCode: RequestErrorCode | null;
}

// a base class: the API has no type of its own for it
@ObjectType({ simpleResolvers: true })
export abstract class StatsOfRangeType {
  @Field(() => GraphQLDateTime, { description: 'The start of the range, inclusive.' })
  from: Date;

  @Field(() => GraphQLDateTime, { description: 'The end of the range, exclusive.' })
  to: Date;

  @Field(() => String, { description: 'The time zone of the buckets: its name in the IANA time zone database.' })
  timeZone: string;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'The figures are of this time and later: what is older in the range was not looked at, and buckets before it are left out. ' +
      'null: the whole range is counted.',
  })
  countedFrom: Date | null;
}

// a base class: the API has no type of its own for it
@ObjectType({ simpleResolvers: true })
export abstract class StatsOfRequestsType extends StatsOfRangeType {
  @Field(() => Boolean, {
    description:
      'Whether the figures come from stored counts. If true, only requests at the edges of the range are counted one by one. ' +
      'If false, `where` has a condition that stored counts cannot answer: the newest 50,000 requests of the range are looked at, or 5,000 ' +
      'with `data` or `response` in `where`, as far as `countedFrom`, and `uncounted` is 0.',
  })
  fromStoredCounts: boolean;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'Everything that was committed before this time is counted. null: the requests that existed when counting ' +
      'began are not all counted yet, so the figures are too low.',
  })
  countedUntil: Date | null;

  @Field(() => Int, {
    description:
      'The number of openings and closings of requests of this range that are committed but not counted yet; 0 if ' +
      'all are counted. At most the oldest 1,000 waiting statements, of up to 1,000 requests each, are examined and, ' +
      'while the log is counted again, as after a restore, 100,000 older requests.',
  })
  uncounted: number;
}

@ObjectType('WebhookRequestLogStats', {
  simpleResolvers: true,
  description:
    'Statistics of the requests of a range of time. The figures are exact, from `countedFrom` on. Only the fields that are selected are ' +
    'computed. Stored counts are about a second behind the log: `uncounted` and `countedUntil` report the lag.',
})
export class StatsType extends StatsOfRequestsType {}

@ObjectType('WebhookStats', {
  simpleResolvers: true,
  description:
    'Statistics of the requests of one webhook in a range of time, as of `webhookRequestLogStats`. `uncounted` is that of all ' +
    'webhooks.',
})
export class WebhookStatsType extends StatsOfRequestsType {}

export const StatsBucketEnum = publishEnum(
  'StatsBucket',
  STATS_BUCKETS,
  'The length of a bucket, in the clock and calendar of `timeZone`.',
  {
    MINUTE: { description: 'A minute: 10:17 to 10:18.' },
    FIVE_MINUTES: { description: 'Five minutes: 10:15 to 10:20.' },
    QUARTER_HOUR: { description: 'A quarter of an hour: 10:15 to 10:30.' },
    HOUR: { description: 'An hour. The hour that is repeated when clocks are set back gives two buckets.' },
    DAY: { description: 'A day from midnight to midnight: 23 or 25 hours when clocks are changed.' },
    WEEK: { description: 'A week from Monday to Sunday (ISO 8601).' },
    MONTH: { description: 'A calendar month.' },
  },
);

@InputType('DateTimeRange', {
  description: 'A range of time: { from: "2026-03-01T00:00:00Z", to: "2026-04-01T00:00:00Z" } is March 2026 in UTC.',
})
export class DateTimeRange {
  @Field(() => GraphQLDateTime, { description: 'The start, inclusive; 1970 at the earliest.' })
  from: Date;

  @Field(() => GraphQLDateTime, { description: 'The end, exclusive. It may be in the future.' })
  to: Date;
}

/** How any statistics are divided into buckets. */
@ArgsType()
export class BucketArgs {
  @Field(() => StatsBucketEnum, {
    description:
      `The length of a bucket. A range has at most ${withCommas(MAX_BUCKETS)} buckets, such as 33 hours by MINUTE or 83 days by ` +
      'HOUR.',
  })
  bucket: StatsBucket;

  @Field(() => String, {
    nullable: true,
    defaultValue: 'UTC',
    description:
      'The time zone of the buckets: a name of the IANA time zone database, such as "Europe/Berlin" or "Asia/Kolkata".',
  })
  timeZone?: string | null;
}

@ArgsType()
export class StatsArgs extends BucketArgs {
  @Field(() => DateTimeRange, { description: 'Only requests that began in this range are counted.' })
  range: DateTimeRange;

  @Field(() => RequestLogWhere, {
    nullable: true,
    description:
      `${WHERE_TEXT} Conditions on direction, status, errorCode, documentType, startedAt, and webhook with its links ` +
      'are answered from stored counts, which takes milliseconds for years. For any other condition the newest 50,000 requests of ' +
      'the range are looked at, or of the document, delivery, event, replay, webhook, user or document type that `where` names by ' +
      '`eq`, and `countedFrom` says how far that is: for what is older, ask for an earlier range.',
  })
  where?: RequestLogWhere;
}

const WALKED_FIELDS: readonly WalkedField[] = [
  { field: 'referenceDocument', column: 'reference_document', link: null },
  { field: 'delivery', column: 'delivery_id', link: 'Delivery' },
  { field: 'businessEvent', column: 'business_event_id', link: 'BusinessEvent' },
  { field: 'replay', column: 'replay_id', link: 'Replay' },
  { field: 'webhook', column: 'webhook_id', link: 'Webhook' },
  { field: 'user', column: 'user_id', link: 'User' },
  { field: 'documentType', column: 'document_type', link: null },
];

/** What is asked of the log. @param seesAll whether nothing is masked from the viewer. @throws AppError BAD_USER_INPUT */
export function questionOf(seesAll: boolean, { range, where }: StatsArgs): StatsQuestion<RequestFigure> {
  const span = spanOf(range);
  const rowCondition = conditionOf(scopedWhere(seesAll, where), RequestLogWhere.filter);
  const rollup = rollupWhere(where as Record<string, unknown> | undefined, REQUEST_ROLLUP_FIELDS);
  const asked = { source: REQUEST_STATS, span, rowCondition, walked: walkedValue(where, WALKED_FIELDS) };
  if (!rollup) return { ...asked, rollup };
  const condition = rollup.where === undefined ? everything : conditionOf(rollup.where, RequestLogWhere.filter);
  return { ...asked, rollup: { ...rollup, condition } };
}

/** The same question about some webhooks. */
export function ofWebhooks(
  question: StatsQuestion<RequestFigure>,
  webhookIds: readonly string[],
): StatsQuestion<RequestFigure> {
  const { rowCondition, rollup } = question;
  const own = (condition: Condition) => all([isAnyOf('webhook_id', 'uuid', webhookIds), condition]);
  return {
    ...question,
    rowCondition: own(rowCondition),
    rollup: rollup && { ...rollup, isDetailed: true, isOfWebhooks: true, condition: own(rollup.condition) },
  };
}

const MAX_TOP = 100;
const DEFAULT_TOP = 10;

/** @returns the size of a list. @throws AppError BAD_USER_INPUT if it is not 1 to 100 */
export function topSize({ first }: GroupArgs): number {
  return checkedSize('first', first ?? DEFAULT_TOP, MAX_TOP);
}

const GROUP_RANKS = ['COUNT', 'FAILURES'] as const;
type GroupRank = (typeof GROUP_RANKS)[number];
const GroupRankEnum = publishEnum('GroupRank', GROUP_RANKS, 'Which groups come first.', {
  COUNT: { description: 'Those with the most requests or deliveries.' },
  FAILURES: {
    description:
      'Those with the most `failures`, or of deliveries the most that are `exhausted`. Groups without any are left out.',
  },
});

// a base class: each kind of statistics has dimensions of its own
@ArgsType()
export abstract class GroupArgs {
  @Field(() => GroupRankEnum, { defaultValue: 'COUNT', description: 'Which groups come first.' })
  rankBy: GroupRank;

  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_TOP,
    description: 'The maximum number of groups, 1 to 100.',
  })
  first?: number | null;
}

export const BY_TEXT =
  'The dimensions, each once: `by: WEBHOOK`, or `by: [WEBHOOK, ERROR_CODE]` for each pair that occurs.';

/** What groups are made by. @throws AppError BAD_USER_INPUT if there is none, or one twice */
export function dimensionsOf<Name extends string>(
  by: readonly Name[],
  all: Readonly<Record<Name, Dimension>>,
): Dimension[] {
  if (by.length > 0 && new Set(by).size === by.length) return by.map((name) => all[name]);
  const given = `[${by.join(', ')}]`;
  throw new AppError('BAD_USER_INPUT', `by is ${given}; it must name one or more dimensions, each once.`, ['by']);
}

const REQUEST_DIMENSIONS = {
  DIRECTION: 'direction',
  WEBHOOK: 'webhookId',
  DOCUMENT_TYPE: 'documentType',
  ERROR_CODE: 'errorCode',
} as const;
type RequestDimension = keyof typeof REQUEST_DIMENSIONS;
const RequestDimensionEnum = publishEnum(
  'WebhookRequestLogDimension',
  Object.keys(REQUEST_DIMENSIONS) as RequestDimension[],
  'By what requests are grouped.',
  {
    DIRECTION: { description: 'The direction.' },
    WEBHOOK: { description: 'The webhook.' },
    DOCUMENT_TYPE: { description: 'The type of document.' },
    ERROR_CODE: { description: 'The error code. Requests without one are left out.' },
  },
);

@ArgsType()
export class RequestGroupArgs extends GroupArgs {
  @Field(() => [RequestDimensionEnum], { description: BY_TEXT })
  by: RequestDimension[];
}

/** @throws AppError BAD_USER_INPUT */
export function requestDimensions({ by }: RequestGroupArgs): Dimension[] {
  return dimensionsOf(by, REQUEST_DIMENSIONS);
}
