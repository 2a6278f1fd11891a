import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { loaderFor } from '../../graphql/data-loaders';
import type { WebhookRow } from '../webhook.store';
import { circuitsById } from '../webhook-circuit.store';
import { RateLimitType, WebhookType } from './webhook.type';
import { WebhookCircuitType } from './webhook-circuit.type';

@Resolver(() => WebhookType)
export class WebhookRateLimitsResolver {
  @FieldResolver(() => RateLimitType, {
    nullable: true,
    description:
      'The rate limit. OUTGOING: deliveries above it wait; INCOMING: calls above it are refused. null: no limit.',
  })
  rateLimit(@Root() { rateLimit, rateLimitSeconds }: WebhookRow) {
    return rateLimit === null ? null : { requests: rateLimit, seconds: rateLimitSeconds };
  }

  @FieldResolver(() => WebhookCircuitType, {
    nullable: true,
    description: 'OUTGOING: the circuit of the endpoint; null for INCOMING.',
  })
  circuit(@Root() row: WebhookRow, @Ctx() context: Context) {
    return loaderFor(context, 'WebhookCircuit', (ids) => circuitsById(context.db, ids)).load(row.id);
  }
}
