import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { DirectionEnum } from '../../webhooks/api/webhook.type';
import type { Direction } from '../../webhooks/webhook.entity';
import type { RequestErrorCode } from '../webhook-request-log.entity';
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
