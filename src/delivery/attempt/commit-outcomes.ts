// After the call: writes the outcomes of attempts.

import { currentTime } from '../../clock';
import type { Db } from '../../sql/db';
import { commitWithThese, type Transaction } from '../../sql/transactions';
import { webhooksForShare } from '../../webhooks/webhook.store';
import { giveSlotsBack } from '../../webhooks/webhook-slot.store';
import { releaseSuccessors } from '../capacity/document-ordering';
import { stopBlocking } from '../capacity/document-ordering.store';
import { cancelRequested } from '../capacity/waiting.store';
import { insertJobs } from '../queue/delivery-job.store';
import { slotOf, takesSlot } from './attempt';
import { closeRequestsAndDeliveries, closeSuccesses } from './attempt.store';
import { applyToCircuits, lockCircuitsOf } from './circuit-outcomes';
import { lockDisablable } from './disable-webhooks';
import { cancelled, type Outcome, underOrdering, webhookOf } from './outcome';

/**
 * Writes outcomes. Successes that change nothing beside their deliveries are written in one round trip, COMMIT included; those of a
 * webhook whose circuit records a failure are left to a second transaction.
 */
export async function writeOutcomes(transaction: Transaction, outcomes: readonly Outcome[]): Promise<void> {
  const closed = outcomes.every(isPlainSuccess) ? await transaction((db) => writeSuccesses(db, outcomes)) : null;
  const left = outcomes.filter(({ request }) => !closed?.has(request.id));
  if (left.length > 0) await transaction((db) => commitOutcomes(db, left));
}

function isPlainSuccess({ attempt, request }: Outcome): boolean {
  const { delivery, webhook } = attempt;
  const isClean = webhook.circuit === 'CLOSED' && webhook.failures === 0;
  return request.status === 'SUCCEEDED' && !delivery.blocks && !takesSlot(attempt) && isClean;
}

async function writeSuccesses(db: Db, outcomes: readonly Outcome[]): Promise<Set<string>> {
  const successes = outcomes.map(({ request, deliveryUpdate: { deliveryId } }) => ({ ...request, deliveryId }));
  const closed = closeSuccesses(db, successes, [...new Set(outcomes.map(webhookOf))]);
  commitWithThese(db);
  return closed;
}

/**
 * In one transaction, closes the request rows, updates the deliveries, and inserts the jobs of
 * next attempts. An outcome whose delivery another worker has taken meanwhile is dropped: its row was closed as UNKNOWN.
 */
export async function commitOutcomes(db: Db, outcomes: readonly Outcome[]): Promise<void> {
  const now = currentTime();
  const disablable = await lockDisablable(db, outcomes, now);
  const decided = await applyCurrentWebhookState(db, outcomes);
  // sent together, executed in this order
  const [circuits, closed] = await Promise.all([lockCircuitsOf(db, decided), closeRequestsAndDeliveries(db, decided)]);
  const own = decided.filter((outcome) => closed.has(outcome.request.id));
  const attempts = own.map((outcome) => outcome.attempt);
  await giveSlotsBack(db, attempts.filter(takesSlot).map(slotOf));
  await applyToCircuits(db, own, circuits, disablable, now);
  const unblocking = own.filter(stopsBlocking).map((outcome) => outcome.deliveryUpdate.deliveryId);
  await stopBlocking(db, unblocking);
  await releaseSuccessors(db, unblocking);
  const nextJobs = own.flatMap((outcome) => outcome.nextJob ?? []);
  await insertJobs(db, nextJobs);
}

function stopsBlocking({ attempt, deliveryUpdate }: Outcome): boolean {
  return attempt.delivery.blocks && !deliveryUpdate.blocks;
}

// Archiving and cancelling do not stop an attempt on the wire. When it ends without success, its delivery is cancelled
// here: it must not be retried, nor become EXHAUSTED and block later deliveries.
async function applyCurrentWebhookState(db: Db, outcomes: readonly Outcome[]): Promise<Outcome[]> {
  const open = new Set(outcomes.filter((outcome) => outcome.request.status !== 'SUCCEEDED'));
  if (open.size === 0) return [...outcomes];
  const webhooks = await webhooksForShare(db, [...new Set([...open].map((outcome) => outcome.attempt.webhook.id))]);
  const toCancel = await cancelRequested(
    db,
    [...open].map((outcome) => outcome.deliveryUpdate.deliveryId),
  );
  return outcomes.map((outcome) => {
    if (!open.has(outcome)) return outcome;
    const { delivery, webhook } = outcome.attempt;
    const { status, ordering = null } = webhooks.get(webhook.id) ?? {};
    const isCancelled = toCancel.has(delivery.id) || (outcome.nextJob !== null && status === 'ARCHIVED');
    return isCancelled ? cancelled(outcome) : underOrdering(outcome, ordering);
  });
}
