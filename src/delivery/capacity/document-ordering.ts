// One delivery of a document at a time, for webhooks that ask for it.
import { currentTime } from '../../clock';
import { newId } from '../../ids';
import type { Db } from '../../sql/db';
import type { Ordering } from '../../webhooks/webhook.entity';
import { lockCircuits, markBacklog } from '../../webhooks/webhook-circuit.store';
import type { NewDelivery } from '../delivery.store';
import type { DeliveryQueue } from '../queue/queue';
import {
  blockedSequences,
  endOrder,
  nextInOrder,
  passOverExhausted,
  type Sequence,
  webhooksOfDeliveries,
} from './document-ordering.store';
import { giveJobs } from './waiting.store';

/**
 * Lets new deliveries of ordered webhooks wait for an earlier one of the same document. Their circuits are locked: an
 * earlier one that ends at this moment is seen by one of the two transactions.
 * @param deliveries of ordered webhooks, in order; those that are skipped hold nobody back
 */
export async function putInOrder(db: Db, deliveries: readonly NewDelivery[]): Promise<NewDelivery[]> {
  const open = deliveries.filter((delivery) => delivery.status !== 'SKIPPED');
  const taken = new Set((await blockedSequences(db, open)).map(keyOf));
  return deliveries.map((delivery) => {
    if (delivery.status === 'SKIPPED') return delivery;
    const key = keyOf(delivery);
    if (!taken.has(key)) {
      taken.add(key);
      return { ...delivery, blocks: true };
    }
    const waiting = { waitsFor: 'PREDECESSOR' as const, held: false, jobId: null, nextAttemptAt: null };
    return { ...delivery, ...waiting, blocks: true };
  });
}

function keyOf({ webhookId, documentType, referenceDocument }: Sequence): string {
  return JSON.stringify([webhookId, documentType, referenceDocument]);
}

/** After these deliveries ended: whatever waited for them goes on. */
export async function releaseSuccessors(db: Db, queue: DeliveryQueue, deliveryIds: readonly string[]): Promise<void> {
  if (deliveryIds.length === 0) return;
  await lockCircuits(db, await webhooksOfDeliveries(db, deliveryIds));
  const jobs = (await nextInOrder(db, deliveryIds)).map((deliveryId) => {
    return { id: newId(), deliveryId, startAfter: null };
  });
  await giveJobs(db, jobs, currentTime());
  await queue.insert(db, jobs);
}

/** What becomes of deliveries that wait for others when their webhook's ordering changes. */
export async function changeOrder(
  db: Db,
  queue: DeliveryQueue,
  webhookId: string,
  ordering: Ordering | null,
): Promise<void> {
  await lockCircuits(db, [webhookId]);
  if (ordering === null) {
    await endOrder(db, webhookId);
    await markBacklog(db, [webhookId]);
  } else if (ordering === 'SKIP') {
    await releaseSuccessors(db, queue, await passOverExhausted(db, webhookId));
  }
}
