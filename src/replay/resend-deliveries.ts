// Makes finished deliveries due again, for replays.

import { currentTime } from '../clock';
import { type CommandedDelivery, lockDeliveries, reopenDeliveries } from '../delivery/commands/delivery-commands.store';
import { insertJobs } from '../delivery/queue/delivery-job.store';
import { notifyDeliveries } from '../delivery/queue/notify.store';
import { newId, toNodeId } from '../ids';
import type { Db } from '../sql/db';
import type { Viewer } from '../viewer';
import { refuseAuditReceivers } from '../webhooks/changes/guarded-settings';
import type { WebhookStatus } from '../webhooks/webhook.entity';
import { webhooksForShare } from '../webhooks/webhook.store';
import { type Evaluation, type Evaluations, storeEvaluated, type ToEvaluate } from './evaluate-skipped';

/** What a transaction that sends deliveries again is given. */
export interface ResendParts {
  /** Who orders it in this transaction; null: it was ordered before. */
  viewer: Viewer | null;
  evaluations: Evaluations;
  /** The last of several tries: a skipped delivery that still has no evaluation is not sent, instead of asking for one. */
  isLast: boolean;
}

/** The deliveries that cannot be sent again, each with the reason. */
export interface Resent {
  faults: ReadonlyMap<string, string>;
}

/** What the approval of a second person recorded of the delivery. */
export interface Approved {
  /** The last replay of the delivery when it was requested. */
  lastReplayId: string | null;
}

const REPLAYED_MEANWHILE = 'The delivery was replayed after this replay was requested: see `replay` of the delivery.';

/**
 * Locks deliveries, after their webhooks, and finds those that cannot be sent again.
 * @param viewer who asks for it; null: a replay that was ordered
 * @throws Denied
 */
export async function lockForReplay(
  db: Db,
  viewer: Viewer | null,
  requested: readonly { id: string; webhookId: string }[],
) {
  const webhooks = await webhooksForShare(db, [...new Set(requested.map((each) => each.webhookId))]);
  if (viewer) refuseAuditReceivers(viewer, webhooks.values());
  const deliveries = await lockDeliveries(
    db,
    requested.map((each) => each.id),
  );
  const statusOf = ({ webhookId }: CommandedDelivery) => webhooks.get(webhookId)?.status ?? 'ARCHIVED';
  const faults = new Map<string, string>();
  for (const delivery of deliveries) {
    const fault = faultOf(delivery, statusOf(delivery));
    if (fault !== null) faults.set(delivery.id, fault);
  }
  return { webhooks, deliveries, statusOf, faults };
}

/**
 * Sends deliveries again: with the same ids and bytes, and a new round of the retry schedule that begins now, or when their
 * paused or disabled webhook is resumed. A skipped delivery has no request yet and is evaluated again. Replays are not
 * ordered: later deliveries of a document do not wait for them, except those that already wait for this delivery.
 * @param approved the approval, if it needs one
 * @returns `toEvaluate`: these must be evaluated first, and the call repeated; nothing was changed
 */
export async function resendDeliveries(
  db: Db,
  { viewer, evaluations, isLast }: ResendParts,
  replayId: string,
  requested: readonly { id: string; webhookId: string }[],
  approved: Approved | null = null,
): Promise<Resent | ToEvaluate> {
  if (requested.length === 0) return { faults: new Map() };
  const { webhooks, deliveries, statusOf, faults } = await lockForReplay(db, viewer, requested);
  for (const { id, replayId } of deliveries) {
    if (approved && replayId !== approved.lastReplayId && !faults.has(id)) faults.set(id, REPLAYED_MEANWHILE);
  }
  const skipped = deliveries.filter(({ id, status }) => status === 'SKIPPED' && !faults.has(id));
  const evaluated = skipped.flatMap(({ id, webhookId }) => {
    const evaluation = evaluations.made.get(id);
    return evaluation && evaluation.changedIn === webhooks.get(webhookId)?.changedIn ? { id, evaluation } : [];
  });
  if (evaluated.length < skipped.length && !isLast) return { toEvaluate: skipped.map(({ id }) => id) };
  await storeEvaluated(db, evaluated);
  const evaluationOf = new Map(evaluated.map(({ id, evaluation }) => [id, evaluation]));
  for (const { id } of skipped) {
    const fault = faultOfEvaluation(evaluationOf.get(id));
    if (fault !== null) faults.set(id, fault);
  }
  const again = deliveries
    .filter(({ id }) => !faults.has(id))
    .map((delivery) => ({ id: newId(), deliveryId: delivery.id, isHeld: statusOf(delivery) !== 'ACTIVE' }));
  await giveJobs(db, replayId, again);
  return { faults };
}

function faultOfEvaluation(evaluation: Evaluation | undefined): string | null {
  if (!evaluation) return 'Its webhook was changed each time it was evaluated: replay it again.';
  const { rendered } = evaluation;
  if (!('skipReason' in rendered)) return null;
  return `Evaluated again, it is still not sent (${rendered.skipReason}): ${rendered.skipMessage}`;
}

async function giveJobs(
  db: Db,
  replayId: string,
  again: readonly { id: string; deliveryId: string; isHeld: boolean }[],
): Promise<void> {
  const reopened = again.map(({ id, deliveryId, isHeld }) => ({ deliveryId, jobId: isHeld ? null : id }));
  await reopenDeliveries(db, replayId, reopened, currentTime());
  const jobs = again.filter((each) => !each.isHeld).map(({ id, deliveryId }) => ({ id, deliveryId, dueAt: null }));
  await insertJobs(db, jobs);
  if (jobs.length > 0) await notifyDeliveries(db);
}

const LOOP_FAULT = 'The delivery was SKIPPED as a LOOP: deliveries of its own webhook caused its event.';

function faultOf(delivery: CommandedDelivery, webhook: WebhookStatus): string | null {
  const { status } = delivery;
  if (status === 'PENDING' || status === 'RETRYING') {
    if (webhook === 'PAUSED' || webhook === 'DISABLED') {
      return `The delivery is ${status} and held: its webhook is ${webhook}. Resume the webhook to continue the delivery.`;
    }
    return `The delivery is ${status} and not finished: retryDelivery makes its next attempt due now.`;
  }
  if (delivery.test) return 'The delivery was a test: use testWebhook to send another one.';
  if (webhook === 'ARCHIVED') return 'Its webhook is archived.';
  if (delivery.erasureId !== null) {
    return `CONTENT_ERASED: its content was erased by ${toNodeId('Erasure', delivery.erasureId)}. There is nothing to send.`;
  }
  if (status === 'SKIPPED') return delivery.skipReason === 'LOOP' ? LOOP_FAULT : null;
  if (!delivery.hasContent) return 'The content of the delivery was erased.';
  return null;
}
