import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../graphql/context';
import { loaderFor } from '../graphql/per-request';
import { WebhookType } from '../webhooks/api/webhook.type';
import type { WebhookRow } from '../webhooks/webhook.store';
import { REFUSALS_AT_ONCE } from './refusal-rate';
import { sampledRefusalsOf } from './sampled-refusals.store';
import { SampledRefusalsType } from './sampled-refusals.type';

const MOST = 100;

@Resolver(() => WebhookType)
export class WebhookSampledRefusalsResolver {
  @FieldResolver(() => [SampledRefusalsType], {
    description:
      `INCOMING: refused calls that have no row, since more than ${REFUSALS_AT_ONCE} at once, and then one a second, came to a ` +
      `process. Per minute, the latest ${MOST}, newest first.`,
  })
  async refusalsNotKept(@Root() row: WebhookRow, @Ctx() context: Context) {
    if (row.direction === 'OUTGOING') return [];
    const load = async (ids: readonly string[]) =>
      Map.groupBy(await sampledRefusalsOf(context.db, ids, MOST), ({ webhookId }) => webhookId);
    return (await loaderFor(context, 'SampledRefusals', load).load(row.id)) ?? [];
  }
}
