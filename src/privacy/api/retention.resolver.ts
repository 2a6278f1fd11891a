import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { USER } from '../../users/user.linked-fields';
import { UserType } from '../../users/user.type';
import type { Viewer } from '../../viewer';
import { WEBHOOK } from '../../webhooks/api/webhook.linked-fields';
import { WebhookType } from '../../webhooks/api/webhook.type';
import { keptMonths } from '../dropping/dropped-months.store';
import { ALL_WEBHOOKS, type RetentionLimitRow, retentionLimits } from '../retention-limit.store';
import { setRetention } from '../retention-limits';
import { KeptMonthType } from './kept-month.type';
import { SetRetentionInput } from './retention.inputs';
import { RetentionLimitType } from './retention.type';

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
