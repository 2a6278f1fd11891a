import { firstIdAt, newId } from '../ids';
import type { OpenDeliveries } from '../webhooks/webhook-lifecycle';
import { cancelOpenOf, heldDeliveries, unholdDeliveries } from './delivery.store';
import type { DeliveryQueue } from './queue';
import { announceDeliveries } from './wake-up.store';

const BATCH = 1_000;
const FIRST = firstIdAt(0);

/** What resuming and archiving a webhook does to its open deliveries, in the same transaction. */
export function openDeliveriesWith(queue: DeliveryQueue): OpenDeliveries {
  return {
    async release(db, webhookId) {
      const now = new Date();
      for (let ids = await heldDeliveries(db, webhookId, FIRST, BATCH); ids.length > 0; ) {
        const jobs = ids.map((deliveryId) => ({ id: newId(), deliveryId, startAfter: null }));
        await unholdDeliveries(db, jobs, now);
        await queue.insert(db, jobs);
        ids = await heldDeliveries(db, webhookId, ids.at(-1) as string, BATCH);
      }
      await announceDeliveries(db);
    },
    async cancel(db, webhookId) {
      await cancelOpenOf(db, webhookId, new Date());
    },
  };
}
