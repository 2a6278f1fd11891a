import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { HasRole } from '../../graphql/roles/has-role';
import { MAX_STREAK } from '../../request-log/stats/latest-outcomes.store';
import { READERS } from '../../viewer';
import { MAX_WAITING } from '../health.store';

@HasRole(...READERS)
@ObjectType('WebhookStreak', {
  simpleResolvers: true,
  description: 'Requests in a row that went alike, up to the last one that is over.',
})
export class WebhookStreakType {
  @Field(() => Boolean, { description: 'true: they succeeded; false: they did not.' })
  succeeding: boolean;

  @Field(() => Int, { description: `How many, counted up to ${MAX_STREAK}.` })
  requests: number;

  @Field(() => GraphQLDateTime, { description: 'When the first of them began.' })
  since: Date;
}

@HasRole(...READERS)
@ObjectType('WebhookHealth', {
  simpleResolvers: true,
  description:
    'How it goes with one webhook. An outcome is part of it at once, but where it is far back, as the last success after ' +
    'more than 100 failures, up to a second later.',
})
export class WebhookHealthType {
  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the last request began that succeeded.' })
  lastSuccessAt: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the last request began that is FAILED, UNKNOWN or REFUSED.',
  })
  lastFailureAt: Date | null;

  @Field(() => WebhookStreakType, {
    nullable: true,
    description: 'How the last requests went, and since when; null: none is over.',
  })
  streak: WebhookStreakType | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'How many of the requests succeeded that are over and began in the last 24 hours, from the full hour (UTC) on: 0 to 1, ' +
      'such as 0.985; null: none did.',
  })
  successRate: number | null;

  @Field(() => Int, {
    nullable: true,
    description: `Deliveries that are not over: due, on the wire, waiting or held. Counted up to ${MAX_WAITING}.`,
  })
  waiting: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: `When the next attempt is due, of the ${MAX_WAITING} oldest of them; null: none has a time.`,
  })
  nextAttemptAt: Date | null;
}
