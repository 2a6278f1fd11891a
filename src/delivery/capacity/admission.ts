// Which due deliveries are sent now: as the circuits and the limits of their webhooks and the capacity of this worker
// allow. The others wait. start-attempts.ts has the order of all checks.

import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { type CircuitRow, lockCircuits, slotsTaken } from '../../webhooks/webhook-circuit.store';
import { type DueDelivery, type DueWebhook, recentArrivals } from '../delivery.store';
import type { WorkerCapacity } from './worker-capacity';

/** The free slots of a worker, in all and for one webhook. */
export type FreeSlots = Pick<WorkerCapacity, 'free' | 'freeFor'>;

/** A snapshot. Slots are freed while a transaction runs, which must see one number for a webhook from start to end. */
export function freeSlotsNow(slots: FreeSlots, webhookIds: Iterable<string>): FreeSlots {
  const free = slots.free();
  const byWebhook = new Map([...webhookIds].map((id) => [id, slots.freeFor(id)]));
  return { free: () => free, freeFor: (id) => byWebhook.get(id) ?? 0 };
}

/** Locks the circuits of the webhooks some of whose deliveries may have to wait. */
export async function lockCircuitsForAdmission(
  db: Db,
  webhooks: ReadonlyMap<string, DueWebhook>,
  slots: FreeSlots,
): Promise<Map<string, CircuitRow>> {
  const all = [...webhooks.values()];
  const exceedsSlots = all.reduce((sum, webhook) => sum + webhook.deliveries, 0) > slots.free();
  const needed = all.filter(
    (webhook) =>
      exceedsSlots ||
      isLimited(webhook) ||
      webhook.circuit !== 'CLOSED' ||
      webhook.deliveries > slots.freeFor(webhook.id),
  );
  return lockCircuits(
    db,
    needed.map((webhook) => webhook.id),
  );
}

/** The webhooks to which only tests are sent now. */
export function blockedWebhooks(
  webhooks: ReadonlyMap<string, DueWebhook>,
  circuits: ReadonlyMap<string, CircuitRow>,
  slots: FreeSlots,
): string[] {
  return [...webhooks.keys()].filter((id) => circuits.get(id)?.state === 'OPEN' || slots.freeFor(id) === 0);
}

/** Divides due deliveries, oldest first, into those that are sent now and those that wait. Tests are always sent. */
export async function admit<Due extends DueDelivery>(
  db: Db,
  due: readonly Due[],
  webhooks: ReadonlyMap<string, DueWebhook>,
  circuits: ReadonlyMap<string, CircuitRow>,
  slots: FreeSlots,
): Promise<{ admitted: Due[]; waiting: Due[] }> {
  const now = currentTime();
  const freeOf = new Map<string, number>();
  for (const webhook of webhooks.values()) {
    const { free } = isLimited(webhook) ? await capacityOf(db, webhook, now) : { free: Infinity };
    freeOf.set(webhook.id, Math.min(free, slots.freeFor(webhook.id)));
  }
  let freeInAll = slots.free();
  const admitted: Due[] = [];
  const waiting: Due[] = [];
  for (const delivery of due) {
    const free = freeOf.get(delivery.webhookId) ?? 0;
    const isAllowed = free > 0 && freeInAll > 0 && allows(circuits.get(delivery.webhookId), delivery);
    if (!delivery.test && !isAllowed) {
      waiting.push(delivery);
      continue;
    }
    freeOf.set(delivery.webhookId, free - 1);
    freeInAll -= 1;
    admitted.push(delivery);
  }
  return { admitted, waiting };
}

function allows(circuit: CircuitRow | undefined, delivery: DueDelivery): boolean {
  if (!circuit || circuit.state === 'CLOSED') return true;
  return circuit.state === 'HALF_OPEN' && circuit.probeDeliveryId === delivery.id;
}

// The rate limit and the maximum concurrency of a webhook.

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
