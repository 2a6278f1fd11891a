import { currentTime } from '../../clock';
import type { Db } from '../../sql/db';
import type { OpenDeliveries } from '../../webhooks/changes/webhook-lifecycle';
import { lockCircuits, saveCircuits } from '../../webhooks/webhook-circuit.store';
import { closed } from '../capacity/circuit';
import { changeOrder } from '../capacity/document-ordering';
import { cancelOpenOf, unholdDeliveries } from '../capacity/waiting.store';
import { notifyDeliveries } from '../queue/notify.store';
import type { DeliveryQueue } from '../queue/queue';

const BATCH = 10_000;

/** What changes of a webhook do to its open deliveries, in the same transaction. */
export function openDeliveriesWith(queue: DeliveryQueue): OpenDeliveries {
  return {
    async release(db, webhookId) {
      await beginAnew(db, webhookId);
      while ((await unholdDeliveries(db, webhookId, BATCH)) === BATCH);
      await notifyDeliveries(db);
    },
    async cancel(db, webhookId) {
      await cancelOpenOf(db, webhookId, currentTime());
    },
    async reorder(db, webhookId, ordering) {
      await changeOrder(db, queue, webhookId, ordering);
      await notifyDeliveries(db);
    },
  };
}

// Whoever resumes a webhook says that its endpoint works: what it did before no longer counts.
async function beginAnew(db: Db, webhookId: string): Promise<void> {
  const circuits = await lockCircuits(db, [webhookId]);
  const anew = [...circuits.values()].map((circuit) => ({ ...closed(circuit), crowded: true }));
  await saveCircuits(db, anew);
}
