import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, InputType, Int } from 'type-graphql';
import { AppError } from '../../errors';
import { publishEnum } from '../../graphql/enum';
import { WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { MAX_BUCKETS, STATS_BUCKETS, type StatsBucket } from '../stats/stats-buckets';
import { RequestLogWhere } from './request-log.inputs';

const StatsBucketEnum = publishEnum(
  'StatsBucket',
  STATS_BUCKETS,
  'A span of time that is counted together, by the clocks and the calendar of `timeZone`.',
  {
    MINUTE: { description: 'A full minute: 10:17 to 10:18.' },
    FIVE_MINUTES: { description: '10:15 to 10:20.' },
    QUARTER_HOUR: { description: '10:15 to 10:30.' },
    HOUR: { description: 'A full hour. One that comes twice, when clocks are put back, is two.' },
    DAY: { description: 'Midnight to midnight: 23 or 25 hours when clocks are changed.' },
    WEEK: { description: 'Monday to Sunday (ISO 8601).' },
    MONTH: { description: 'A calendar month.' },
  },
);

@InputType('DateTimeRange', {
  description: 'A span of time: { from: "2026-03-01T00:00:00Z", to: "2026-04-01T00:00:00Z" } is March 2026 in UTC.',
})
export class DateTimeRange {
  @Field(() => GraphQLDateTime, { description: 'At this time or later; 1970 at the earliest.' })
  from: Date;

  @Field(() => GraphQLDateTime, { description: 'Earlier than this; it may lie in the future.' })
  to: Date;
}

@ArgsType()
export class StatsArgs {
  @Field(() => DateTimeRange, { description: 'Requests that began within it, to the millisecond.' })
  range: DateTimeRange;

  @Field(() => StatsBucketEnum, {
    description: `How long a bucket is. A range has at most ${MAX_BUCKETS} of them, such as 33 hours by MINUTE or 83 days by HOUR.`,
  })
  bucket: StatsBucket;

  @Field(() => RequestLogWhere, {
    nullable: true,
    description:
      `${WHERE_TEXT} direction, status, errorCode, documentType, webhook with its links, and startedAt are answered from ` +
      'counts that are kept, over years in milliseconds; with any other the requests of the range are counted one by one, ' +
      'which is LIMIT_EXCEEDED where it takes too long: take a shorter range.',
  })
  where?: RequestLogWhere;

  @Field(() => String, {
    nullable: true,
    defaultValue: 'UTC',
    description: 'A name of the IANA time zone database, such as "Europe/Berlin" or "Asia/Kolkata".',
  })
  timeZone?: string | null;
}

const MAX_TOP = 100;

/** @returns how many of a list. @throws AppError BAD_USER_INPUT for what is not 1 to 100 */
export function topSize(first: number): number {
  if (first >= 1 && first <= MAX_TOP) return first;
  throw new AppError('BAD_USER_INPUT', `first is ${first}; it must be 1 to ${MAX_TOP}.`, ['first']);
}

@ArgsType()
export class TopArgs {
  @Field(() => Int, { defaultValue: 10, description: 'How many at most, 1 to 100.' })
  first: number;
}
