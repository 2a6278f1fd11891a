import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { type Context, loaderFor } from '../../graphql/context';
import { WEBHOOK_REQUEST_LOG } from '../../request-log/api/request-log.resolver';
import { RequestLogType } from '../../request-log/api/request-log.type';
import { latestOutcomes, recentRates, streaksSince } from '../../request-log/stats/latest-outcomes.store';
import { timeOfId } from '../../values/ids';
import { WebhookType } from '../../webhooks/api/webhook.type';
import type { WebhookRow } from '../../webhooks/webhook.store';
import { waitingDeliveries } from './health.store';
import './health.type';
import { WebhookHealthType, type WebhookStreakType } from './health.type';

/** The parent of the fields, each of which is loaded on request, for all webhooks of the query at once. */
interface HealthShape {
  webhookId: string;
}

function loadOutcomes(context: Context, webhookId: string) {
  return loaderFor(context, 'Webhook.outcomes', (ids) => latestOutcomes(context.db, ids)).load(webhookId);
}

function loadWaiting(context: Context, webhookId: string) {
  return loaderFor(context, 'Webhook.waiting', (ids) => waitingDeliveries(context.db, ids)).load(webhookId);
}

const timeOf = (id: string | null | undefined) => (id ? timeOfId(id) : null);

@Resolver(() => WebhookType)
export class WebhookHealthLinkResolver {
  @FieldResolver(() => WebhookHealthType, {
    nullable: true,
    description: 'Whether requests of this webhook succeed, and how many deliveries wait.',
  })
  health(@Root() { id }: WebhookRow): HealthShape {
    return { webhookId: id };
  }
}

@Resolver(() => WebhookHealthType)
export class WebhookHealthResolver {
  @FieldResolver()
  async lastSuccessAt(@Root() { webhookId }: HealthShape, @Ctx() context: Context): Promise<Date | null> {
    return timeOf((await loadOutcomes(context, webhookId))?.successId);
  }

  @FieldResolver(() => RequestLogType, {
    nullable: true,
    description: 'The last request that succeeded; null: none did.',
  })
  async lastSuccess(@Root() { webhookId }: HealthShape, @Ctx() context: Context) {
    return WEBHOOK_REQUEST_LOG.load(context, (await loadOutcomes(context, webhookId))?.successId ?? null);
  }

  @FieldResolver()
  async lastFailureAt(@Root() { webhookId }: HealthShape, @Ctx() context: Context): Promise<Date | null> {
    return timeOf((await loadOutcomes(context, webhookId))?.failureId);
  }

  @FieldResolver(() => RequestLogType, {
    nullable: true,
    description: 'The last request that is FAILED, UNKNOWN or REFUSED; null: none is.',
  })
  async lastFailure(@Root() { webhookId }: HealthShape, @Ctx() context: Context) {
    return WEBHOOK_REQUEST_LOG.load(context, (await loadOutcomes(context, webhookId))?.failureId ?? null);
  }

  @FieldResolver()
  async streak(@Root() { webhookId }: HealthShape, @Ctx() context: Context): Promise<WebhookStreakType | null> {
    return loaderFor(context, 'Webhook.streak', (ids) => streaksOf(context, ids)).load(webhookId);
  }

  @FieldResolver()
  async successRate(@Root() { webhookId }: HealthShape, @Ctx() context: Context): Promise<number | null> {
    const rates = loaderFor(context, 'Webhook.recentRate', (ids) => recentRates(context.db, ids));
    const rate = await rates.load(webhookId);
    return rate ? rate.succeeded / rate.finished : null;
  }

  @FieldResolver()
  async waitingCount(@Root() { webhookId }: HealthShape, @Ctx() context: Context): Promise<number> {
    return (await loadWaiting(context, webhookId))?.waiting ?? 0;
  }

  @FieldResolver()
  async nextAttemptAt(@Root() { webhookId }: HealthShape, @Ctx() context: Context): Promise<Date | null> {
    return (await loadWaiting(context, webhookId))?.nextAttemptAt ?? null;
  }
}

async function streaksOf(context: Context, ids: readonly string[]): Promise<Map<string, WebhookStreakType>> {
  const latest = await Promise.all(
    ids.map(async (webhookId) => {
      const { successId = null, failureId = null } = (await loadOutcomes(context, webhookId)) ?? {};
      const succeeding = (successId ?? '') > (failureId ?? '');
      return { webhookId, succeeding, id: succeeding ? failureId : successId };
    }),
  );
  const streaks = await streaksSince(context.db, latest);
  return new Map(
    latest.flatMap(({ webhookId, succeeding }) => {
      const streak = streaks.get(webhookId);
      if (!streak) return [];
      return [[webhookId, { succeeding, requestCount: streak.requests, since: timeOfId(streak.firstId) }] as const];
    }),
  );
}
