import { GraphQLDateTime } from 'graphql-scalars';
import { Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { type Context, loaderFor } from '../../graphql/context';
import { HasRole } from '../../graphql/roles/has-role';
import { RequestErrorCodeEnum } from '../../request-log/api/request-log.type';
import type { RequestErrorCode } from '../../request-log/webhook-request-log.entity';
import { WebhookType } from '../../webhooks/api/webhook.type';
import type { WebhookRow } from '../../webhooks/webhook.store';
import { REFUSALS_AT_ONCE } from './unrecorded-refusals';
import { unrecordedRefusalsOf } from './unrecorded-refusals.store';

@HasRole(...READERS)
@ObjectType('UnrecordedRefusals', {
  simpleResolvers: true,
  description:
    'Refused calls above the rate at which they are recorded. They were answered and counted, and have no row in ' +
    'the log.',
})
class UnrecordedRefusalsType {
  @Field(() => GraphQLDateTime, { description: 'The minute in which the calls were received.' })
  minute: Date;

  @Field(() => RequestErrorCodeEnum, { description: 'Why the calls were refused.' })
  errorCode: RequestErrorCode;

  @Field(() => Int, { description: 'The number of calls.' })
  callCount: number;
}

const MAX_SHOWN = 100;

@Resolver(() => WebhookType)
export class WebhookUnrecordedRefusalsResolver {
  @FieldResolver(() => [UnrecordedRefusalsType], {
    description:
      `INCOMING: the number of refused calls without a row, per minute and reason, newest first, at most ${MAX_SHOWN}. ` +
      `Each process records up to ${REFUSALS_AT_ONCE} refused calls at once and then one per second. Empty for ` +
      'OUTGOING.',
  })
  async unrecordedRefusals(@Root() row: WebhookRow, @Ctx() context: Context) {
    if (row.direction === 'OUTGOING') return [];
    const load = async (ids: readonly string[]) =>
      Map.groupBy(await unrecordedRefusalsOf(context.db, ids, MAX_SHOWN), ({ webhookId }) => webhookId);
    return (await loaderFor(context, 'UnrecordedRefusals', load).load(row.id)) ?? [];
  }
}
