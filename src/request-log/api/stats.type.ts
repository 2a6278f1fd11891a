import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { DirectionEnum } from '../../webhooks/api/webhook.type';
import type { Direction } from '../../webhooks/webhook.entity';
import type { RequestErrorCode } from '../webhook-request-log.entity';
import { RequestErrorCodeEnum } from './request-log.type';

@ObjectType('DurationPercentiles', {
  simpleResolvers: true,
  description:
    'How long requests took that are over, in whole milliseconds. Exact, not estimated: p95Ms is the shortest duration that ' +
    '95 of 100 requests did not exceed (nearest rank).',
})
class DurationPercentilesType {
  @Field(() => Int, { description: 'Of how many requests; those whose process died have no duration.' })
  count: number;

  @Field(() => Int, { nullable: true, description: 'The median; null: of no request.' })
  p50Ms: number | null;

  @Field(() => Int, { nullable: true, description: '95 of 100 took no longer; null: of no request.' })
  p95Ms: number | null;

  @Field(() => Int, { nullable: true, description: '99 of 100 took no longer; null: of no request.' })
  p99Ms: number | null;

  @Field(() => Int, { nullable: true, description: 'The longest; null: of no request.' })
  maxMs: number | null;
}

// of the others alone: nothing in the API has this type itself
@ObjectType({ simpleResolvers: true })
abstract class FiguresType {
  @Field(() => Int, { description: 'All requests: those that are over, and those that are on the wire.' })
  total: number;

  @Field(() => Int, { description: 'Answered with 2xx; INCOMING: accepted.' })
  succeeded: number;

  @Field(() => Int, { description: 'Another answer, or none.' })
  failed: number;

  @Field(() => Int, { description: 'Our process died in between.' })
  unknown: number;

  @Field(() => Int, { description: 'Incoming calls that we did not accept.' })
  refused: number;

  @Field(() => Int, { description: 'On the wire: no outcome yet.' })
  pending: number;

  @Field(() => Int, { description: 'Those with an attemptNumber above 1.' })
  retries: number;

  @Field(() => Float, {
    nullable: true,
    description: '`succeeded` of those that are over, 0 to 1, such as 0.9853; null: none is over.',
  })
  successRate: number | null;

  @Field(() => DurationPercentilesType, { nullable: true, description: 'Worked out only when asked for.' })
  duration: DurationPercentilesType | null;
}

@ObjectType('WebhookRequestLogFigures', { simpleResolvers: true, description: 'How many requests, and how they went.' })
export class FiguresOnlyType extends FiguresType {}

@ObjectType('WebhookRequestLogStatsBucket', {
  simpleResolvers: true,
  description: 'How many requests began in a span of time, and how they went.',
})
export class StatsBucketType extends FiguresType {
  @Field(() => GraphQLDateTime, { description: 'Where it begins; the first begins with the range.' })
  start: Date;

  @Field(() => GraphQLDateTime, { description: 'Where the next begins: not in it. The last ends with the range.' })
  end: Date;
}

@ObjectType('DirectionFigures', { simpleResolvers: true, description: 'The requests of one direction.' })
export class DirectionFiguresType extends FiguresType {
  @Field(() => DirectionEnum, { description: 'Who called whom.' })
  direction: Direction;
}

@ObjectType('DocumentTypeFigures', { simpleResolvers: true, description: 'The requests about one type of documents.' })
export class DocumentTypeFiguresType extends FiguresType {
  @Field(() => String, { nullable: true, description: 'Such as "Sales Invoice"; null: those without one.' })
  documentType: string | null;
}

@ObjectType('ErrorCodeFigures', { simpleResolvers: true, description: 'The requests with one error code.' })
export class ErrorCodeFiguresType extends FiguresType {
  @Field(() => RequestErrorCodeEnum, { description: 'What went wrong.' })
  errorCode: RequestErrorCode;
}

/** What entries about a webhook, and with a sample, resolve by id. */
export interface WithWebhook {
  webhookId: string | null;
}

export interface WithSample {
  /** The id of the sample, looked for only when asked for. */
  sampleId(): Promise<string | null>;
}

@ObjectType('WebhookFigures', { simpleResolvers: true, description: 'The requests under one agreement.' })
export class WebhookFiguresType extends FiguresType {}

@ObjectType('FailingWebhook', {
  simpleResolvers: true,
  description: 'A webhook whose requests failed, and how many of them.',
})
export class FailingWebhookType extends FiguresType {
  @Field(() => Int, { description: '`failed`, `unknown` and `refused` together.' })
  failures: number;
}

@ObjectType('FrequentError', {
  simpleResolvers: true,
  description: 'What went wrong with the requests of one webhook, and how often.',
})
export class FrequentErrorType {
  @Field(() => RequestErrorCodeEnum, { nullable: true, description: 'null: failures without a code.' })
  errorCode: RequestErrorCode | null;

  @Field(() => Int, { description: 'How often.' })
  failures: number;
}

@ObjectType('WebhookRequestLogStats', {
  simpleResolvers: true,
  description:
    'The requests of a range, counted: exactly, without gaps, in the time zone of the caller. Only what is asked for is ' +
    'counted. From counts that are kept about a second behind the log: `uncounted` and `countedUntil` say how far.',
})
export class StatsType {
  @Field(() => GraphQLDateTime, { description: 'The beginning of the range.' })
  from: Date;

  @Field(() => GraphQLDateTime, { description: 'The end of the range: not in it.' })
  to: Date;

  @Field(() => String, { description: 'Where the buckets are at home, as the database of time zones calls it.' })
  timeZone: string;

  @Field(() => Boolean, {
    description:
      'true: from counts that are kept, but for the edges of the range, which are counted one by one. false: `where` asks for ' +
      'something else, so that each request was looked at; then nothing is uncounted.',
  })
  isFromKeptCounts: boolean;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'What was committed by this time is counted, however late it was. null: what was there when counting began is not ' +
      'counted yet, and there is more than these figures say.',
  })
  countedUntil: Date | null;

  @Field(() => Int, {
    description:
      'How many openings and closings of requests of this range are committed and not counted yet: 0 when all is counted. ' +
      'The oldest 1,000 statements that wait are looked at, of up to 1,000 requests each, and while the log is counted anew, as ' +
      'after a restore, 100,000 of the older requests.',
  })
  uncounted: number;
}
