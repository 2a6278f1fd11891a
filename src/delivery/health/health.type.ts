import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { HasRole } from '../../graphql/roles/has-role';
import { MAX_STREAK } from '../../request-log/stats/latest-outcomes.store';
import { withCommas } from '../../text';
import { READERS } from '../../viewer';
import { MAX_WAITING } from './health.store';

@HasRole(...READERS)
@ObjectType('WebhookStreak', {
  simpleResolvers: true,
  description: 'The latest finished requests without a change between success and failure.',
})
export class WebhookStreakType {
  @Field(() => Boolean, {
    description: 'Whether these requests succeeded; false: they are FAILED, UNKNOWN or REFUSED.',
  })
  succeeding: boolean;

  @Field(() => Int, { description: `The number of requests, at most ${withCommas(MAX_STREAK)}.` })
  requestCount: number;

  @Field(() => GraphQLDateTime, { description: 'When the first of these requests began.' })
  since: Date;
}

@HasRole(...READERS)
@ObjectType('WebhookHealth', {
  simpleResolvers: true,
  description:
    'The health of one webhook. An outcome counts at once; the last success before more than 100 failures, and the ' +
    'reverse, is found up to a second later.',
})
export class WebhookHealthType {
  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the last successful request began; null: none succeeded.',
  })
  lastSuccessAt: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the last request that is FAILED, UNKNOWN or REFUSED began; null: there is none.',
  })
  lastFailureAt: Date | null;

  @Field(() => WebhookStreakType, {
    nullable: true,
    description: 'The outcome of the latest requests, and since when it is the same; null: no request is finished.',
  })
  streak: WebhookStreakType | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The share of finished requests that succeeded, 0 to 1, such as 0.985. Counts requests that began in the last 24 ' +
      'hours, from the full hour (UTC); null: there are none.',
  })
  successRate: number | null;

  @Field(() => Int, {
    nullable: true,
    description: `The number of open deliveries: due, on the wire, waiting or held. At most ${withCommas(MAX_WAITING)}.`,
  })
  waitingCount: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: `When the next attempt of the ${withCommas(MAX_WAITING)} oldest open deliveries is due; null: none is scheduled.`,
  })
  nextAttemptAt: Date | null;
}
