import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { loaderFor } from '../../graphql/data-loaders';
import { WebhookType } from '../../webhooks/api/webhook.type';
import type { WebhookRow } from '../../webhooks/webhook.store';
import { REFUSALS_AT_ONCE } from './refusal-rate';
import { unrecordedRefusalsOf } from './unrecorded-refusals.store';
import { UnrecordedRefusalsType } from './unrecorded-refusals.type';

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
