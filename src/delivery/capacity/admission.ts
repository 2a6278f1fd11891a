// Which due deliveries are sent now: as the circuits and the limits of their webhooks and the capacity of this worker
// allow. The others wait. start-attempts.ts has the order of all checks.

import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { type CircuitRow, lockCircuits } from '../../webhooks/webhook-circuit.store';
import type { DueDelivery, DueWebhook } from '../delivery.store';
import { capacityOf, isLimited } from './rate-and-concurrency';
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
