import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, InputType, Int } from 'type-graphql';
import { AppError } from '../../errors';
import { publishEnum } from '../../graphql/enum';
import { WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { type WalkedField, walkedValue } from '../../graphql/lists/walked-value';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { checkedSize } from '../../refuse-argument';
import { all, type Condition, everything, isAnyOf } from '../../sql/condition';
import { withCommas } from '../../text';
import { scopedWhere } from '../search/indexed-filters';
import { REQUEST_STATS, type RequestFigure } from '../stats/request-figures';
import { REQUEST_ROLLUP_FIELDS, rollupWhere } from '../stats/rollup-where';
import { MAX_BUCKETS, STATS_BUCKETS, type StatsBucket, spanOf } from '../stats/stats-buckets';
import type { StatsQuestion } from '../stats/stats-figures';
import type { Dimension } from '../stats/stats-source.store';
import { REQUEST_LOG_FILTER, RequestLogWhere } from './request-log.inputs';

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
  const rowCondition = conditionOf(scopedWhere(seesAll, where), REQUEST_LOG_FILTER);
  const rollup = rollupWhere(where as Record<string, unknown> | undefined, REQUEST_ROLLUP_FIELDS);
  const asked = { source: REQUEST_STATS, span, rowCondition, walked: walkedValue(where, WALKED_FIELDS) };
  if (!rollup) return { ...asked, rollup };
  const condition = rollup.where === undefined ? everything : conditionOf(rollup.where, REQUEST_LOG_FILTER);
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
