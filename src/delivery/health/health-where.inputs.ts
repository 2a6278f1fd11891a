// The filter by the health of a webhook: the same SQL as that of the fields.
import { Field, InputType } from 'type-graphql';
import { BooleanFilter, FloatFilter, IntFilter, OptionalDateTimeFilter } from '../../graphql/lists/filter-inputs';
import { addWhereLink } from '../../graphql/lists/where-link';
import {
  conditionOf,
  exactFilter,
  type FieldFilter,
  type FilterMap,
  intFilter,
  timeFilter,
} from '../../graphql/lists/where-to-sql';
import { latestOutcomesSql, recentRateSql, streakSql } from '../../request-log/stats/latest-outcomes.store';
import { WEBHOOK_FILTER, WebhookWhere } from '../../webhooks/api/webhook-where.inputs';
import { waitingSql } from './health.store';

@InputType('WebhookStreakWhere', {
  description: 'Streaks that meet all of these conditions. A webhook without finished requests has none.',
})
class WebhookStreakWhere {
  @Field(() => BooleanFilter, { nullable: true, description: '{ eq: false }: the latest requests did not succeed.' })
  succeeding?: BooleanFilter;

  @Field(() => IntFilter, { nullable: true, description: 'The number of requests, counted up to 1,000: { gte: 10 }.' })
  requestCount?: IntFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the first of them began; { isNull: true }: there is no streak.',
  })
  since?: OptionalDateTimeFilter;
}

@InputType('WebhookHealthWhere', { description: 'Webhooks whose health meets all of these conditions.' })
class WebhookHealthWhere {
  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the last successful request began: { lt: "2026-03-01T00:00:00Z" }.',
  })
  lastSuccessAt?: OptionalDateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the last request that did not succeed began: { gte: "2026-03-01T00:00:00Z" }.',
  })
  lastFailureAt?: OptionalDateTimeFilter;

  @Field(() => WebhookStreakWhere, { nullable: true, description: 'The streak: { succeeding: { eq: false } }.' })
  streak?: WebhookStreakWhere;

  @Field(() => FloatFilter, {
    nullable: true,
    description:
      'The share of the last 24 hours that succeeded: { lt: 0.95 }; { isNull: true }: there were no requests.',
  })
  successRate?: FloatFilter;

  @Field(() => IntFilter, { nullable: true, description: 'The number of open deliveries: { gte: 100 }.' })
  waitingCount?: IntFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the next attempt is due; { isNull: true }: none is scheduled.',
  })
  nextAttemptAt?: OptionalDateTimeFilter;
}

const WEBHOOK = 'webhooks.id';
const LATEST = `(${latestOutcomesSql(WEBHOOK)}) as latest`;
const NO_ID = `'00000000-0000-0000-0000-000000000000'`;
const SUCCEEDING = `coalesce(latest.success_id, ${NO_ID}) > coalesce(latest.failure_id, ${NO_ID})`;

function latest(expression: string): string {
  return `(select ${expression} from ${LATEST})`;
}

// the time in an id, exact to the millisecond
function timeOf(id: string): string {
  return `timestamptz 'epoch' + ms_of_id(${id}) * interval '1 ms'`;
}

function ofStreak(expression: string): string {
  const lastOther = `case when ${SUCCEEDING} then latest.failure_id else latest.success_id end`;
  return `(select ${expression} from ${LATEST} cross join lateral (${streakSql(WEBHOOK, lastOther)}) as streak
    where streak.requests > 0)`;
}

const STREAK_FILTER: FilterMap = {
  succeeding: exactFilter(ofStreak(SUCCEEDING)),
  requestCount: intFilter(ofStreak('streak.requests')),
  since: timeFilter(ofStreak(timeOf('streak.first_id::uuid'))),
};

const floatFilter: (expression: string) => FieldFilter = intFilter;

const HEALTH_FILTER: FilterMap = {
  lastSuccessAt: timeFilter(latest(timeOf('latest.success_id'))),
  lastFailureAt: timeFilter(latest(timeOf('latest.failure_id'))),
  streak: (tests, path) => conditionOf(tests, STREAK_FILTER, path),
  successRate: floatFilter(`(select rate.succeeded / rate.finished from (${recentRateSql(WEBHOOK)}) as rate)`),
  waitingCount: intFilter(`(select open.waiting from (${waitingSql(WEBHOOK)}) as open)`),
  nextAttemptAt: timeFilter(`(select open."nextAttemptAt" from (${waitingSql(WEBHOOK)}) as open)`),
};

addWhereLink(WebhookWhere, WEBHOOK_FILTER, {
  name: 'health',
  type: () => WebhookHealthWhere,
  description:
    'The health, of which each test reads the latest requests of every webhook: { successRate: { lt: 0.95 } }.',
  filter: (tests, path) => conditionOf(tests, HEALTH_FILTER, path),
});
