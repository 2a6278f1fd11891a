// Part of settling: the transaction.
import { currentTime } from '../../clock';
import type { Db } from '../../sql/db';
import { webhooksForShare } from '../../webhooks/webhook.store';
import { giveSlotsBack } from '../../webhooks/webhook-slot.store';
import { releaseSuccessors } from '../capacity/document-ordering';
import { cancelRequested } from '../capacity/waiting.store';
import type { DeliveryQueue } from '../queue/queue';
import { closeRequestsAndDeliveries } from './attempt.store';
import { lockCircuitsOf, lockDisablable, noteOutcomes } from './circuit-outcomes';
import { slotOf, takesSlot } from './open-attempts';
import { cancelled, type Outcome, underOrdering } from './outcome';

/**
 * Request rows, deliveries, the next attempts' jobs and the end of these jobs: all or nothing. An outcome whose
 * delivery was given to somebody else meanwhile is dropped: its row was closed as UNKNOWN by then.
 */
export async function commitOutcomes(db: Db, queue: DeliveryQueue, outcomes: readonly Outcome[]): Promise<void> {
  const now = currentTime();
  const disablable = await lockDisablable(db, outcomes, now);
  const decided = await applyCurrentWebhookState(db, outcomes);
  // sent together, done one after the other
  const [circuits, settled] = await Promise.all([lockCircuitsOf(db, decided), closeRequestsAndDeliveries(db, decided)]);
  const own = decided.filter((outcome) => settled.has(outcome.request.id));
  const attempts = own.map((outcome) => outcome.attempt);
  await giveSlotsBack(db, attempts.filter(takesSlot).map(slotOf));
  await noteOutcomes(db, own, circuits, disablable, now);
  await releaseSuccessors(
    db,
    queue,
    own.filter(stopsBlocking).map((outcome) => outcome.settlement.deliveryId),
  );
  const nextJobs = own.flatMap((outcome) => outcome.nextJob ?? []);
  const jobIds = attempts.map((attempt) => attempt.jobId);
  await Promise.all([queue.insert(db, nextJobs), queue.complete(db, jobIds)]);
}

function stopsBlocking({ attempt, settlement }: Outcome): boolean {
  return attempt.delivery.blocks && !settlement.blocks;
}

// Archiving and cancelling leave what is on the wire alone, so what comes back must not wait for an attempt in a day; nor
// may a cancelled one be given up instead, and hold back those behind it.
async function applyCurrentWebhookState(db: Db, outcomes: readonly Outcome[]): Promise<Outcome[]> {
  const open = new Set(outcomes.filter((outcome) => outcome.request.status !== 'SUCCEEDED'));
  if (open.size === 0) return [...outcomes];
  const webhooks = await webhooksForShare(db, [...new Set([...open].map((outcome) => outcome.attempt.webhook.id))]);
  const unwanted = await cancelRequested(
    db,
    [...open].map((outcome) => outcome.settlement.deliveryId),
  );
  return outcomes.map((outcome) => {
    if (!open.has(outcome)) return outcome;
    const { delivery, webhook } = outcome.attempt;
    const { status, ordering = null } = webhooks.get(webhook.id) ?? {};
    const isVain = unwanted.has(delivery.id) || (outcome.nextJob !== null && status === 'ARCHIVED');
    return isVain ? cancelled(outcome) : underOrdering(outcome, ordering);
  });
}
