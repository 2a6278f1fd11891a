// The rate limit and the maximum concurrency of a webhook.

import type { Db } from '../../sql/db';
import { slotsTaken } from '../../webhooks/webhook-circuit.store';
import { type DueWebhook, recentArrivals } from '../delivery.store';

/** The limits of a webhook beside its circuit. */
export type WebhookLimits = Pick<DueWebhook, 'id' | 'rateLimit' | 'rateLimitSeconds' | 'maxConcurrency'>;

/**
 * A partner counts a request when it arrives there. We know only that it has arrived once it is answered; until then its
 * arrival counts as pending, so that a slow first request and a fast last one do not fall into one window of the partner.
 * A request that has been running for this long counts as arrived: a partner that is slow to answer must not get fewer
 * requests than its limit allows.
 */
export const TRAVEL_MS = 1_000;
/** Times are whole milliseconds. */
const ROUNDING_MS = 2;

export function isLimited(webhook: WebhookLimits): boolean {
  return webhook.maxConcurrency !== null || webhook.rateLimit !== null;
}

/**
 * How many requests may begin now, and if none by the rate limit, when the next one may. Exact while the circuit of the
 * webhook is locked.
 */
export async function capacityOf(
  db: Db,
  webhook: WebhookLimits,
  now: Date,
): Promise<{ free: number; nextAt: Date | null }> {
  const bySlots = webhook.maxConcurrency === null ? Infinity : await freeSlots(db, webhook.id, webhook.maxConcurrency);
  const { rateLimit, rateLimitSeconds } = webhook;
  if (rateLimit === null || rateLimitSeconds === null) return { free: bySlots, nextAt: null };
  const windowMs = rateLimitSeconds * 1000 + ROUNDING_MS;
  const since = new Date(now.getTime() - windowMs);
  const recent = await recentArrivals(db, webhook.id, since, { travelMs: TRAVEL_MS, atMost: rateLimit });
  const free = rateLimit - recent.length;
  const oldest = recent.at(-1);
  const nextAt = free === 0 && oldest ? new Date(oldest.getTime() + windowMs) : null;
  return { free: Math.min(bySlots, free), nextAt };
}

async function freeSlots(db: Db, webhookId: string, maxConcurrency: number): Promise<number> {
  return Math.max(0, maxConcurrency - ((await slotsTaken(db, [webhookId])).get(webhookId) ?? 0));
}
