// Webhooks with an ordering: one delivery of a document at a time.
import type { Db } from '../../sql/db';
import type { Ordering } from '../../webhooks/webhook.entity';
import { lockCircuits, markWaiting } from '../../webhooks/webhook-circuit.store';
import type { NewDelivery } from '../delivery.store';
import {
  blockedSequences,
  endOrdering,
  nextInOrder,
  type Sequence,
  unblockExhausted,
  webhooksOfDeliveries,
} from './document-ordering.store';
import { giveNewJobs } from './queue-backlog';

/**
 * Makes new deliveries wait for an earlier one of the same document. The caller has locked the circuits of their
 * webhooks: if the earlier delivery ends at this moment, one of the two transactions sees it.
 * @param deliveries of webhooks with an ordering, in order; skipped ones block nothing
 */
export async function putInOrder(db: Db, deliveries: readonly NewDelivery[]): Promise<NewDelivery[]> {
  const open = deliveries.filter((delivery) => delivery.status !== 'SKIPPED');
  const blocked = new Set((await blockedSequences(db, open)).map(keyOf));
  return deliveries.map((delivery) => {
    if (delivery.status === 'SKIPPED') return delivery;
    const key = keyOf(delivery);
    if (!blocked.has(key)) {
      blocked.add(key);
      return { ...delivery, blocks: true };
    }
    const waiting = { waitsFor: 'PREDECESSOR' as const, held: false, jobId: null, nextAttemptAt: null };
    return { ...delivery, ...waiting, blocks: true };
  });
}

function keyOf({ webhookId, documentType, referenceDocument }: Sequence): string {
  return JSON.stringify([webhookId, documentType, referenceDocument]);
}

/** Gives jobs to the deliveries that waited for these. Call it after these ended. */
export async function releaseSuccessors(db: Db, deliveryIds: readonly string[]): Promise<void> {
  if (deliveryIds.length === 0) return;
  await lockCircuits(db, await webhooksOfDeliveries(db, deliveryIds));
  await giveNewJobs(db, await nextInOrder(db, deliveryIds));
}

/** Applies a new ordering to the deliveries of a webhook that wait for a predecessor. */
export async function changeOrdering(db: Db, webhookId: string, ordering: Ordering | null): Promise<void> {
  await lockCircuits(db, [webhookId]);
  if (ordering === null) {
    await endOrdering(db, webhookId);
    await markWaiting(db, [webhookId]);
  } else if (ordering === 'SKIP') {
    await releaseSuccessors(db, await unblockExhausted(db, webhookId));
  }
}
