import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { DirectionEnum } from '../../webhooks/api/webhook.type';
import type { Direction } from '../../webhooks/webhook.entity';
import type { RequestErrorCode } from '../webhook-request-log.entity';
import { RequestErrorCodeEnum } from './request-log.type';

// a base class: the API has no type of its own for it
@ObjectType({ simpleResolvers: true })
export abstract class PercentilesType {
  @Field(() => Int, { nullable: true, description: 'The median; null: `count` is 0.' })
  p50Ms: number | null;

  @Field(() => Int, { nullable: true, description: 'The 95th percentile; null: `count` is 0.' })
  p95Ms: number | null;

  @Field(() => Int, { nullable: true, description: 'The 99th percentile; null: `count` is 0.' })
  p99Ms: number | null;

  @Field(() => Int, { nullable: true, description: 'The longest; null: `count` is 0.' })
  maxMs: number | null;
}

@ObjectType('DurationPercentiles', {
  simpleResolvers: true,
  description:
    'Percentiles of the durations of finished requests, in whole milliseconds. They are exact, by the nearest-rank ' +
    'method: `p95Ms` is the shortest duration that at least 95 % of the requests did not exceed.',
})
class DurationPercentilesType extends PercentilesType {
  @Field(() => Int, {
    description: 'The number of requests that have a duration. Requests whose outcome is UNKNOWN have none.',
  })
  count: number;
}

// a base class: the API has no type of its own for it
@ObjectType({ simpleResolvers: true })
abstract class FiguresType {
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
    description: 'The percentiles of durations. They are computed only if they are selected.',
  })
  duration: DurationPercentilesType | null;
}

@ObjectType('WebhookRequestLogFigures', { simpleResolvers: true, description: 'The number of requests, by outcome.' })
export class FiguresOnlyType extends FiguresType {}

@ObjectType('WebhookRequestLogStatsBucket', {
  simpleResolvers: true,
  description: 'The number of requests that began in a bucket, by outcome.',
})
export class StatsBucketType extends FiguresType {
  @Field(() => GraphQLDateTime, {
    description: 'The start of the bucket, inclusive. The first bucket starts with the range.',
  })
  start: Date;

  @Field(() => GraphQLDateTime, {
    description: 'The end of the bucket, exclusive. The last bucket ends with the range.',
  })
  end: Date;
}

@ObjectType('DirectionFigures', { simpleResolvers: true, description: 'The requests of one direction.' })
export class DirectionFiguresType extends FiguresType {
  @Field(() => DirectionEnum, { description: 'The direction.' })
  direction: Direction;
}

@ObjectType('DocumentTypeFigures', { simpleResolvers: true, description: 'The requests about one type of document.' })
export class DocumentTypeFiguresType extends FiguresType {
  @Field(() => String, {
    nullable: true,
    description: 'The type of document, such as "Sales Invoice"; null: requests without one.',
  })
  documentType: string | null;
}

@ObjectType('ErrorCodeFigures', { simpleResolvers: true, description: 'The requests with one error code.' })
export class ErrorCodeFiguresType extends FiguresType {
  @Field(() => RequestErrorCodeEnum, { description: 'The error code.' })
  errorCode: RequestErrorCode;
}

/** An entry about a webhook, which is loaded by its id. */
export interface WithWebhook {
  webhookId: string | null;
}

export interface WithSample {
  /** The id of the sample, which is searched only if `sample` is selected. */
  sampleId(): Promise<string | null>;
}

@ObjectType('WebhookFigures', { simpleResolvers: true, description: 'The requests of one webhook.' })
export class WebhookFiguresType extends FiguresType {}

@ObjectType('FailingWebhook', {
  simpleResolvers: true,
  description: 'A webhook with failures, and the figures of its requests.',
})
export class FailingWebhookType extends FiguresType {
  @Field(() => Int, { description: 'The sum of `failed`, `unknown` and `refused`.' })
  failures: number;
}

@ObjectType('FrequentError', {
  simpleResolvers: true,
  description: 'An error code of one webhook, and the number of its failures.',
})
export class FrequentErrorType {
  @Field(() => RequestErrorCodeEnum, {
    nullable: true,
    description: 'The error code; null: failures without an error code.',
  })
  errorCode: RequestErrorCode | null;

  @Field(() => Int, { description: 'The number of failures.' })
  failures: number;
}

// a base class: the API has no type of its own for it
@ObjectType({ simpleResolvers: true })
export abstract class StatsOfRequestsType {
  @Field(() => GraphQLDateTime, { description: 'The start of the range, inclusive.' })
  from: Date;

  @Field(() => GraphQLDateTime, { description: 'The end of the range, exclusive.' })
  to: Date;

  @Field(() => String, { description: 'The time zone of the buckets: its name in the IANA time zone database.' })
  timeZone: string;

  @Field(() => Boolean, {
    description:
      'Whether the figures come from stored counts. If true, only requests at the edges of the range are counted one ' +
      'by one. If false, `where` has a condition that stored counts cannot answer, all requests of the range are ' +
      'counted one by one, and `uncounted` is 0.',
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
    'Statistics of the requests of a range of time. The figures are exact. Only the fields that are selected are ' +
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
