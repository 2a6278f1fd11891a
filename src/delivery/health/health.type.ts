import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { addFilter, by, partOf } from '../../graphql/lists/where';
import { HasRole } from '../../graphql/roles/has-role';
import { latestOutcomesSql, MAX_STREAK, recentRateSql, streakSql } from '../../request-log/stats/latest-outcomes.store';
import { withCommas } from '../../values/text';
import { WebhookWhere } from '../../webhooks/api/webhook-where.inputs';
import { MAX_WAITING, waitingSql } from './health.store';

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

// The filter by the health of a webhook: the same SQL as that of the fields.

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

const WebhookStreakWhere = partOf(
  'WebhookStreakWhere',
  'Streaks that meet all of these conditions. A webhook without finished requests has none.',
  {
    succeeding: by.boolean('{ eq: false }: the latest requests did not succeed.', { column: ofStreak(SUCCEEDING) }),
    requestCount: by.integer('The number of requests, counted up to 1,000: { gte: 10 }.', {
      column: ofStreak('streak.requests'),
    }),
    since: by.optionalTime('When the first of them began; { isNull: true }: there is no streak.', {
      column: ofStreak(timeOf('streak.first_id::uuid')),
    }),
  },
);

const WebhookHealthWhere = partOf('WebhookHealthWhere', 'Webhooks whose health meets all of these conditions.', {
  lastSuccessAt: by.optionalTime('When the last successful request began: { lt: "2026-03-01T00:00:00Z" }.', {
    column: latest(timeOf('latest.success_id')),
  }),
  lastFailureAt: by.optionalTime('When the last request that did not succeed began: { gte: "2026-03-01T00:00:00Z" }.', {
    column: latest(timeOf('latest.failure_id')),
  }),
  streak: by.part(WebhookStreakWhere, 'The streak: { succeeding: { eq: false } }.'),
  successRate: by.float(
    'The share of the last 24 hours that succeeded: { lt: 0.95 }; { isNull: true }: there were no requests.',
    { column: `(select rate.succeeded / rate.finished from (${recentRateSql(WEBHOOK)}) as rate)` },
  ),
  waitingCount: by.integer('The number of open deliveries: { gte: 100 }.', {
    column: `(select open.waiting from (${waitingSql(WEBHOOK)}) as open)`,
  }),
  nextAttemptAt: by.optionalTime('When the next attempt is due; { isNull: true }: none is scheduled.', {
    column: `(select open."nextAttemptAt" from (${waitingSql(WEBHOOK)}) as open)`,
  }),
});

addFilter(
  WebhookWhere,
  'health',
  by.part(
    WebhookHealthWhere,
    'The health, of which each test reads the latest requests of every webhook: { successRate: { lt: 0.95 } }.',
  ),
);
