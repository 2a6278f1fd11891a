// What happens to the open deliveries of a webhook that is resumed, archived, or gets another ordering.

import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import type { OpenDeliveries } from '../../webhooks/changes/webhook-lifecycle';
import { lockCircuits, saveCircuits } from '../../webhooks/webhook-circuit.store';
import { closed } from '../capacity/circuit';
import { changeOrdering } from '../capacity/document-ordering';
import { cancelOpenOf, unholdDeliveries } from '../capacity/waiting.store';
import { notifyDeliveries } from '../queue/queue.store';

const BATCH = 10_000;

/** Applies changes of a webhook to its open deliveries, in the same transaction. */
export const openDeliveries: OpenDeliveries = {
  async release(db, webhookId) {
    await resetCircuit(db, webhookId);
    while ((await unholdDeliveries(db, webhookId, BATCH)) === BATCH);
    await notifyDeliveries(db);
  },
  async cancel(db, webhookIds) {
    // a fan-out that makes deliveries has committed them, or sees that the webhook is archived
    await lockCircuits(db, webhookIds);
    await cancelOpenOf(db, webhookIds, currentTime());
  },
  async reorder(db, webhookId, ordering) {
    await changeOrdering(db, webhookId, ordering);
    await notifyDeliveries(db);
  },
};

// A user who resumes a webhook states that its endpoint works: earlier failures no longer count.
async function resetCircuit(db: Db, webhookId: string): Promise<void> {
  const circuits = await lockCircuits(db, [webhookId]);
  const reset = [...circuits.values()].map((circuit) => ({ ...closed(circuit), hasWaiting: true }));
  await saveCircuits(db, reset);
}
