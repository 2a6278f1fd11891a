import { GraphQLDateTime } from 'graphql-scalars';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { Viewer } from '../../access/viewer';
import type { Context } from '../../graphql/context';
import { publishEnum, withExample } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import { USER } from '../../users/user.resolver';
import { UserType } from '../../users/user.type';
import { REASON_RULE } from '../../values/reason';
import { WEBHOOK } from '../../webhooks/api/webhook.resolver';
import { WebhookType } from '../../webhooks/api/webhook.type';
import {
  KEPT_BECAUSE,
  type KeptBecause,
  keptMonths,
  MONTH_PARTS,
  type MonthPart,
} from '../dropping/dropped-months.store';
import { ALL_WEBHOOKS, type RetentionLimitRow, retentionLimits } from '../retention-limit.store';
import { setRetention } from '../retention-limits';

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('RetentionLimit', {
  simpleResolvers: true,
  description:
    'How long content and rows are kept: for one webhook, or for events and for all webhooks that have no ' +
    'limit of their own.',
})
class RetentionLimitType {
  @Field(() => Int, {
    nullable: true,
    description:
      'The number of days after which content is erased; null: for one webhook, the limit of all; for all, ' + 'never.',
  })
  contentDays: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of days for which content is kept, whatever limits and erasures require; null: no minimum.',
  })
  minimumDays: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason for the minimum, such as a law; null: there is no minimum.',
  })
  minimumReason: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of months after which a month of rows is dropped as a whole; null: never, or the limit is ' +
      'that of one webhook.',
  })
  rowMonths: number | null;

  @Field(() => String, { description: 'The reason for the last change.' })
  reason: string;

  @Field(() => GraphQLDateTime, { description: 'When the limit was last changed.' })
  changedAt: Date;
}

export const MonthPartEnum = publishEnum('MonthPart', MONTH_PARTS, 'What of a month is dropped at once.', {
  ROWS: { description: 'Requests, deliveries, events, decisions, and the search index.' },
  PAYLOADS: { description: 'Bodies.' },
});

export const KeptMonthReasonEnum = publishEnum(
  'KeptMonthReason',
  KEPT_BECAUSE,
  'Why a month past the limit is still there.',
  {
    LIMIT: { description: 'The limit was changed meanwhile.' },
    UNRECORDED: {
      description:
        'A limit or minimum differs from its newest entry `retention.changed` in a signed head: it was changed past the ' +
        'audit trail. Set it again with `setRetention`.',
    },
    PENDING: { description: 'Something of it is still to be decided, sent, replayed or erased.' },
    HOLD: { description: 'A legal hold covers a row of it.' },
    MINIMUM: { description: 'A minimum keeps a row of it.' },
    UNSEALED: { description: 'A row of it is open, or not in the tree.' },
    INCOMPLETE: { description: 'A row or a table of it is gone without an order. `verifyEvidence` names it.' },
    ROWS: { description: 'Bodies: the rows of the month are still there.' },
    NEEDED: { description: 'Bodies: rows of other months need one of them.' },
    ORDERED: { description: 'The order to drop it is not sealed yet.' },
    TAKEN_BACK: { description: 'The order to drop it was taken back: a hold, limit or minimum has changed since.' },
    IN_USE: { description: 'Another session has held a lock on its tables, or another process drops a month.' },
    FAILED: { description: 'The database has refused to drop it, as `error` says.' },
  },
);

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('KeptMonth', {
  simpleResolvers: true,
  description: 'A month that has passed the limit of rows, and is still there.',
})
class KeptMonthType {
  @Field(() => String, { description: 'The year and month (UTC), such as 2026-03.' })
  month: string;

  @Field(() => MonthPartEnum, { description: 'What of it is still there.' })
  part: MonthPart;

  @Field(() => KeptMonthReasonEnum, { description: 'Why, as it was last found.' })
  reason: KeptBecause;

  @Field(() => String, { nullable: true, description: 'FAILED: the error of the database; null: another reason.' })
  error: string | null;

  @Field(() => GraphQLDateTime, { description: 'Since when it stays for this reason.' })
  since: Date;
}

@InputType('SetRetentionInput', { description: 'The complete limit: a field that is left out sets no limit.' })
class SetRetentionInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the webhook, `whk_...`. Default, null: events, and all webhooks without a limit of their own.',
  })
  webhookId?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of days after which content is erased, 1 to 36,500. It applies from 24 hours after the last ' +
      'change of the limit. Default, null: for one webhook, the limit of all; for all, never.',
  })
  contentDays?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of days for which content is kept, 1 to 36,500, whatever limits and erasures require. ' +
      'Default, null: no minimum.',
  })
  minimumDays?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason for `minimumDays`, such as a law, 1 to 200 characters. Required with `minimumDays`.',
  })
  minimumReason?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of months, 2 to 1,200, for which rows are kept after the month in which they were made. Then ' +
      'the month is dropped as a whole, unless a hold or a minimum keeps a row of it. Only without `webhookId`. ' +
      'Default, null: never.',
  })
  rowMonths?: number | null;

  @Field(() => String, { description: `The reason, recorded in the audit trail: ${REASON_RULE}` })
  reason: string;
}

const SetRetentionPayload = payloadOf('SetRetention', { retentionLimit: [() => RetentionLimitType, 'The limit.'] });

@Resolver(() => RetentionLimitType)
export class RetentionResolver {
  @HasRole('SYSTEM_MANAGER', 'AUDITOR')
  @Query(() => [RetentionLimitType], {
    nullable: true,
    description: withExample(
      'How long content is kept: 1 limit for all, if it is set, and 1 for each webhook with a limit of its own.',
      '{ retentionLimits { contentDays minimumDays minimumReason webhook { name } } }',
    ),
  })
  retentionLimits(@Ctx() { db }: Context): Promise<RetentionLimitRow[]> {
    return retentionLimits(db);
  }

  @HasRole('SYSTEM_MANAGER', 'AUDITOR')
  @Query(() => [KeptMonthType], {
    nullable: true,
    description: withExample(
      'The months that have passed the limit of rows and are still there, oldest first, at most 2 for each month, and why. ' +
        'A process with the part `indexer` tries to drop them every 10 minutes.',
      '{ keptMonths { month part reason since error } }',
    ),
  })
  async keptMonths(@Ctx() { db }: Context): Promise<KeptMonthType[]> {
    const kept = await keptMonths(db);
    return kept.map(({ what, month, because, ...rest }) => ({
      ...rest,
      part: what,
      month: month.slice(0, 7),
      reason: because,
    }));
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => SetRetentionPayload, {
    description: withExample(
      'Sets how long content is kept, for one webhook or for all. The limit of a webhook takes precedence over ' +
        'that of all, and a minimum over a limit; of two minimums the later one applies. Nothing is erased by age ' +
        'until a limit is set.',
      'mutation { setRetention(input: { contentDays: 90, reason: "Our privacy policy, section 4" }) { retentionLimit { contentDays } ' +
        'userErrors { field message } } }',
    ),
  })
  setRetention(
    @Ctx() context: Context,
    @Arg('input', () => SetRetentionInput, { description: 'The limit, and the reason.' }) input: SetRetentionInput,
  ) {
    return answer({ retentionLimit: null as RetentionLimitRow | null }, async () => ({
      retentionLimit: await context.transaction((db) => setRetention(db, context.viewer as Viewer, input)),
    }));
  }

  @FieldResolver(() => WebhookType, {
    nullable: true,
    description: 'The webhook; null: events, and all webhooks without a limit of their own.',
  })
  webhook(@Root() { id }: RetentionLimitRow, @Ctx() context: Context) {
    return WEBHOOK.load(context, id === ALL_WEBHOOKS ? null : id);
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'The user who last changed the limit.' })
  changedBy(@Root() { changedBy }: RetentionLimitRow, @Ctx() context: Context) {
    return USER.load(context, changedBy);
  }
}
