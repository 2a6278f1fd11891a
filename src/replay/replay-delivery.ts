import type { Viewer } from '../access/viewer';
import { recordAct } from '../audit/write-audit-entry';
import { type CommandedDelivery, lockDeliveries, reopenDeliveries } from '../delivery/commands/delivery-commands.store';
import { type DeliveryRow, deliveriesById } from '../delivery/delivery.store';
import { insertJobs, notifyDeliveries } from '../delivery/queue/queue.store';
import { InputError } from '../errors/errors';
import type { Context } from '../graphql/context';
import type { Db } from '../sql/db';
import { currentTime } from '../time/clock';
import type { Span } from '../tracing/span';
import { startSpan } from '../tracing/tracing';
import type { ApprovalRow } from '../users/approvals/approval.store';
import { approvalDetails } from '../users/approvals/second-person';
import { newId, timeOfId, toNodeId } from '../values/ids';
import { refuseAuditReceivers } from '../webhooks/changes/guarded-settings';
import type { WebhookStatus } from '../webhooks/webhook.entity';
import { webhooksForShare } from '../webhooks/webhook.store';
import {
  type Evaluation,
  type Evaluations,
  storeEvaluated,
  type ToEvaluate,
  withEvaluations,
} from './evaluate-skipped';
import { insertReplay, type ReplayRow } from './replay.store';

export interface ReplayedDelivery {
  delivery: DeliveryRow;
  replay: ReplayRow;
}

/** Sends one delivery again. @throws InputError NOT_FOUND, or CONFLICT with the reason */
export async function replayDelivery(
  { db, transaction, traceparent }: Pick<Context, 'db' | 'transaction' | 'traceparent'>,
  viewer: Viewer,
  deliveryId: string | null,
  reason: string,
): Promise<ReplayedDelivery> {
  return withEvaluations(db, (evaluations, isLast) =>
    transaction((own) =>
      replayOne(own, { viewer, evaluations, isLast }, deliveryId, {
        field: 'deliveryId',
        reason,
        traceparent,
        approval: null,
      }),
    ),
  );
}

export interface ReplayOrder {
  /** Of the input, which faults are about. */
  field: string;
  reason: string;
  /** Where it is ordered in a trace; null: in none. */
  traceparent: string | null;
  /** The approval; null: it needs none. */
  approval: Pick<ApprovalRow, 'id' | 'requestedBy' | 'lastReplayId'> | null;
}

/** @throws InputError NOT_FOUND, or CONFLICT with the reason. @throws Denied */
export async function replayOne(
  db: Db,
  parts: ResendParts & { viewer: Viewer },
  deliveryId: string | null,
  { field, approval, ...order }: ReplayOrder,
): Promise<ReplayedDelivery | ToEvaluate> {
  const { viewer } = parts;
  const delivery = await getDelivery(db, deliveryId);
  const replay = replayOfOne(viewer, delivery.id, { ...order, approvalId: approval?.id ?? null });
  const resent = await resendDeliveries(db, parts, replay, [delivery], approval);
  if ('toEvaluate' in resent) return resent;
  const fault = resent.faults.get(delivery.id);
  if (fault !== undefined) throw new InputError([{ field: [field], code: 'CONFLICT', message: fault }]);
  await insertReplay(db, replay);
  const details = {
    replay: toNodeId('Replay', replay.id),
    from: delivery.status,
    ...(approval && approvalDetails(approval)),
  };
  await recordAct(db, viewer, {
    action: 'delivery.replayed',
    subjectType: 'Delivery',
    subjectId: delivery.id,
    reason: order.reason,
    details,
  });
  return { delivery: await getDelivery(db, deliveryId), replay };
}

function replayOfOne(
  viewer: Viewer,
  deliveryId: string,
  order: Pick<ReplayRow, 'reason' | 'traceparent' | 'approvalId'>,
): ReplayRow {
  const id = newId();
  const at = timeOfId(id);
  return {
    id,
    status: 'QUEUED',
    condition: null,
    deliveryId,
    rate: 1,
    orderedBy: viewer.userId,
    ...order,
    lastDeliveryId: deliveryId,
    cursor: deliveryId,
    deliveryCount: 1,
    ofAuditReceiver: false,
    replayed: 1,
    skipped: 0,
    nextStepAt: at,
    error: null,
    createdAt: at,
    startedAt: at,
    finishedAt: at,
  };
}

/** @throws InputError NOT_FOUND */
export async function getDelivery(db: Db, id: string | null): Promise<DeliveryRow> {
  const delivery = id === null ? undefined : (await deliveriesById(db, [id])).get(id);
  if (delivery) return delivery;
  throw new InputError([{ field: ['deliveryId'], code: 'NOT_FOUND', message: 'There is no delivery with this id.' }]);
}

// Makes finished deliveries due again, for replays.

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
  replay: Pick<ReplayRow, 'id' | 'traceparent'>,
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
    .map((delivery) => ({
      id: newId(),
      deliveryId: delivery.id,
      isHeld: statusOf(delivery) !== 'ACTIVE',
      span: replaySpan(replay, delivery),
    }));
  await giveJobs(db, replay.id, again);
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
  again: readonly { id: string; deliveryId: string; isHeld: boolean; span: Span }[],
): Promise<void> {
  const reopened = again.map(({ id, deliveryId, isHeld, span }) => ({
    deliveryId,
    jobId: isHeld ? null : id,
    traceparent: span.traceparent,
  }));
  await reopenDeliveries(db, replayId, reopened, currentTime());
  const jobs = again.filter((each) => !each.isHeld).map(({ id, deliveryId }) => ({ id, deliveryId, dueAt: null }));
  await insertJobs(db, jobs);
  if (jobs.length > 0) await notifyDeliveries(db);
  for (const { span } of again) span.end();
}

/** The attempts belong to it; it names where the delivery belonged before. */
function replaySpan({ id, traceparent }: Pick<ReplayRow, 'id' | 'traceparent'>, delivery: CommandedDelivery): Span {
  const span = startSpan('replay', traceparent);
  span.set(() => ({
    'hookledger.replay': toNodeId('Replay', id),
    'hookledger.delivery': toNodeId('Delivery', delivery.id),
  }));
  span.link(delivery.traceparent);
  return span;
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
