// Whether a webhook's deliveries may go now: its circuit, its limits, and the room that this worker has for it.
import { currentTime } from '../../clock';
import type { Db } from '../../sql/db';
import { type CircuitRow, lockCircuits } from '../../webhooks/webhook-circuit.store';
import { slotsTaken } from '../../webhooks/webhook-slot.store';
import type { DueDelivery, DueWebhook } from '../delivery.store';
import { recentArrivals } from '../recent-requests.store';
import type { WorkerCapacity } from './worker-capacity';

/** What limits a webhook beside its circuit. */
export type WebhookLimits = Pick<DueWebhook, 'id' | 'rateLimit' | 'rateLimitSeconds' | 'maxConcurrency'>;

/**
 * A partner counts when requests arrive there, which we know only once they are answered: until then they count as under
 * way, so that a slow first request and a quick last one do not meet in one window of theirs. Whatever has been under
 * way for so long has arrived: a partner that takes its time to answer must not be asked less often for it.
 */
export const TRAVEL_MS = 1_000;
/** Times are whole milliseconds. */
const ROUNDING_MS = 2;

/** How many requests may begin now, and when the next may if none. Exact while the webhook's circuit is locked. */
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

async function freeSlots(db: Db, webhookId: string, most: number): Promise<number> {
  return Math.max(0, most - ((await slotsTaken(db, [webhookId])).get(webhookId) ?? 0));
}

/** How many requests a worker has room for, in all and to one webhook. */
export type CapacityLeft = Pick<WorkerCapacity, 'free' | 'freeFor'>;

/** The room of this moment. It changes while a transaction runs, in which one webhook must not have two answers. */
export function capacityNow(room: CapacityLeft, webhookIds: Iterable<string>): CapacityLeft {
  const inAll = room.free();
  const each = new Map([...webhookIds].map((id) => [id, room.freeFor(id)]));
  return { free: () => inAll, freeFor: (id) => each.get(id) ?? 0 };
}

/** Locks the circuits of those webhooks of which something may have to wait. */
export async function lockDoubtful(
  db: Db,
  webhooks: ReadonlyMap<string, DueWebhook>,
  room: CapacityLeft,
): Promise<Map<string, CircuitRow>> {
  const all = [...webhooks.values()];
  const isTooMuch = all.reduce((sum, webhook) => sum + webhook.deliveries, 0) > room.free();
  const doubtful = all.filter(
    (webhook) =>
      isTooMuch || isLimited(webhook) || webhook.circuit !== 'CLOSED' || webhook.deliveries > room.freeFor(webhook.id),
  );
  return lockCircuits(
    db,
    doubtful.map((webhook) => webhook.id),
  );
}

/** Webhooks of which nothing goes now, but for tests. */
export function shutWebhooks(
  webhooks: ReadonlyMap<string, DueWebhook>,
  circuits: ReadonlyMap<string, CircuitRow>,
  room: CapacityLeft,
): string[] {
  return [...webhooks.keys()].filter((id) => circuits.get(id)?.state === 'OPEN' || room.freeFor(id) === 0);
}

/** Divides what is due, oldest first, into what goes now and what waits. Tests go past everything. */
export async function divide(
  db: Db,
  due: readonly DueDelivery[],
  webhooks: ReadonlyMap<string, DueWebhook>,
  circuits: ReadonlyMap<string, CircuitRow>,
  room: CapacityLeft,
): Promise<{ go: DueDelivery[]; wait: DueDelivery[] }> {
  const now = currentTime();
  const left = new Map<string, number>();
  for (const webhook of webhooks.values()) {
    const { free } = isLimited(webhook) ? await capacityOf(db, webhook, now) : { free: Infinity };
    left.set(webhook.id, Math.min(free, room.freeFor(webhook.id)));
  }
  let leftInAll = room.free();
  const go: DueDelivery[] = [];
  const wait: DueDelivery[] = [];
  for (const delivery of due) {
    const free = left.get(delivery.webhookId) ?? 0;
    const goes = delivery.test || (free > 0 && leftInAll > 0 && lets(circuits.get(delivery.webhookId), delivery));
    if (goes) {
      left.set(delivery.webhookId, free - 1);
      leftInAll -= 1;
    }
    (goes ? go : wait).push(delivery);
  }
  return { go, wait };
}

function lets(circuit: CircuitRow | undefined, delivery: DueDelivery): boolean {
  if (!circuit || circuit.state === 'CLOSED') return true;
  return circuit.state === 'HALF_OPEN' && circuit.probeDeliveryId === delivery.id;
}

function isLimited(webhook: WebhookLimits): boolean {
  return webhook.maxConcurrency !== null || webhook.rateLimit !== null;
}
