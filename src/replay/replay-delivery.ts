import { recordAct } from '../audit/write-audit-entry';
import { type DeliveryRow, deliveriesById } from '../delivery/delivery.store';
import { InputError } from '../errors';
import type { Context } from '../graphql/context';
import { newId, timeOfId, toNodeId } from '../ids';
import type { Db } from '../sql/db';
import type { ApprovalRow } from '../users/approvals/approval.store';
import { approvalDetails } from '../users/approvals/second-person';
import type { Viewer } from '../viewer';
import { type ToEvaluate, withEvaluations } from './evaluate-skipped';
import { insertReplay, type ReplayRow } from './replay.store';
import { type ResendParts, resendDeliveries } from './resend-deliveries';

export interface ReplayedDelivery {
  delivery: DeliveryRow;
  replay: ReplayRow;
}

/** Sends one delivery again. @throws InputError NOT_FOUND, or CONFLICT with the reason */
export async function replayDelivery(
  { db, transaction }: Pick<Context, 'db' | 'transaction'>,
  viewer: Viewer,
  deliveryId: string | null,
  reason: string,
): Promise<ReplayedDelivery> {
  return withEvaluations(db, (evaluations, isLast) =>
    transaction((own) =>
      replayOne(own, { viewer, evaluations, isLast }, deliveryId, {
        field: 'deliveryId',
        reason,
        approval: null,
      }),
    ),
  );
}

export interface ReplayOrder {
  /** Of the input, which faults are about. */
  field: string;
  reason: string;
  /** The approval; null: it needs none. */
  approval: Pick<ApprovalRow, 'id' | 'requestedBy' | 'lastReplayId'> | null;
}

/** @throws InputError NOT_FOUND, or CONFLICT with the reason. @throws Denied */
export async function replayOne(
  db: Db,
  parts: ResendParts & { viewer: Viewer },
  deliveryId: string | null,
  { field, reason, approval }: ReplayOrder,
): Promise<ReplayedDelivery | ToEvaluate> {
  const { viewer } = parts;
  const delivery = await getDelivery(db, deliveryId);
  const replay = replayOfOne(viewer, delivery.id, reason, approval?.id ?? null);
  const resent = await resendDeliveries(db, parts, replay.id, [delivery], approval);
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
    reason,
    details,
  });
  return { delivery: await getDelivery(db, deliveryId), replay };
}

function replayOfOne(viewer: Viewer, deliveryId: string, reason: string, approvalId: string | null): ReplayRow {
  const id = newId();
  const at = timeOfId(id);
  return {
    id,
    status: 'QUEUED',
    condition: null,
    deliveryId,
    reason,
    rate: 1,
    orderedBy: viewer.userId,
    approvalId,
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
