// A replay that one person asks for, and another approves or declines.
import { recordAct } from '../../audit/write-audit-entry';
import { currentTime } from '../../clock';
import { InputError } from '../../errors';
import type { Context } from '../../graphql/context';
import { newId, timeOfId, toNodeId } from '../../ids';
import type { Db } from '../../sql/db';
import { refuseSamePerson, refuseWithoutSecondPerson } from '../../users/approvals/second-person';
import type { Role, Viewer } from '../../viewer';
import { refuseAuditReceivers } from '../../webhooks/changes/guarded-settings';
import { webhooksById } from '../../webhooks/webhook.store';
import { withEvaluations } from '../evaluate-skipped';
import { getDelivery, type ReplayedDelivery, replayOne } from '../replay-delivery';
import { lockForReplay } from '../resend-deliveries';
import {
  changeRequest,
  expireRequests,
  findRequestForUpdate,
  insertRequest,
  type ReplayRequestRow,
  waitingRequestOf,
} from './replay-request.store';

/** The roles that decide. */
export const DECIDERS: readonly Role[] = ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER'];

const VALID_DAYS = 7;

const conflict = (field: string, message: string) => new InputError([{ field: [field], code: 'CONFLICT', message }]);

/** @throws InputError NOT_FOUND; CONFLICT with the reason why it cannot be sent again, waits already, or no one could decide */
export async function requestReplay(
  db: Db,
  viewer: Viewer,
  deliveryId: string | null,
  reason: string,
): Promise<ReplayRequestRow> {
  const delivery = await getDelivery(db, deliveryId);
  await refuseWithoutSecondPerson(db, viewer.userId, DECIDERS, 'A replay that is asked for', ['deliveryId']);
  // two requests at once: the second one waits for the lock of the delivery, and finds the first
  const { deliveries, faults } = await lockForReplay(db, viewer, [delivery]);
  const fault = faults.get(delivery.id);
  if (fault !== undefined) throw conflict('deliveryId', fault);
  await expireRequests(db, currentTime(), delivery.id);
  const waiting = await waitingRequestOf(db, delivery.id);
  if (waiting) {
    const until = waiting.expiresAt.toISOString();
    const id = toNodeId('ReplayRequest', waiting.id);
    throw conflict('deliveryId', `A replay of this delivery was already asked for: ${id} waits until ${until}.`);
  }
  const id = newId();
  const createdAt = timeOfId(id);
  const request: ReplayRequestRow = {
    id,
    status: 'WAITING',
    deliveryId: delivery.id,
    lastReplayId: deliveries[0]?.replayId ?? null,
    reason,
    requestedBy: viewer.userId,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + VALID_DAYS * 24 * 3600_000),
    decidedBy: null,
    decidedAt: null,
    decisionReason: null,
    replayId: null,
  };
  await insertRequest(db, request);
  await record(db, viewer, 'replay.requested', request, reason);
  return request;
}

export interface ApprovedReplay extends ReplayedDelivery {
  replayRequest: ReplayRequestRow;
}

/** Replays the delivery as the viewer's own replay, which names the request. @throws InputError */
export async function approveReplay(
  { db, transaction }: Pick<Context, 'db' | 'transaction'>,
  viewer: Viewer,
  requestId: string | null,
  reason: string,
): Promise<ApprovedReplay> {
  return withEvaluations(db, (evaluations, isLast) =>
    transaction(async (own) => {
      const request = await requestToDecide(own, viewer, requestId);
      const replayed = await replayOne(own, { viewer, evaluations, isLast }, request.deliveryId, {
        field: 'id',
        reason: request.reason,
        request,
      });
      if ('toEvaluate' in replayed) return replayed;
      const decided = {
        ...decisionOf(viewer, 'APPROVED', reason),
        replayId: replayed.replay.id,
      };
      await changeRequest(own, request.id, decided);
      await record(own, viewer, 'replay.approved', request, reason);
      return { ...replayed, replayRequest: { ...request, ...decided } };
    }),
  );
}

/** @throws InputError */
export async function declineReplay(
  db: Db,
  viewer: Viewer,
  requestId: string | null,
  reason: string,
): Promise<ReplayRequestRow> {
  const request = await requestToDecide(db, viewer, requestId);
  const { webhookId } = await getDelivery(db, request.deliveryId);
  refuseAuditReceivers(viewer, (await webhooksById(db, [webhookId])).values());
  const decided = decisionOf(viewer, 'DECLINED', reason);
  await changeRequest(db, request.id, decided);
  await record(db, viewer, 'replay.declined', request, reason);
  return { ...request, ...decided };
}

function decisionOf(viewer: Viewer, status: 'APPROVED' | 'DECLINED', reason: string) {
  return { status, decidedBy: viewer.userId, decidedAt: currentTime(), decisionReason: reason };
}

async function requestToDecide(db: Db, viewer: Viewer, id: string | null): Promise<ReplayRequestRow> {
  const request = id === null ? null : await findRequestForUpdate(db, id);
  if (!request) {
    throw new InputError([{ field: ['id'], code: 'NOT_FOUND', message: 'There is no replay request with this id.' }]);
  }
  const { status, decidedAt, expiresAt } = request;
  if (decidedAt !== null) throw conflict('id', `The request was ${status} at ${decidedAt.toISOString()}.`);
  if (status === 'EXPIRED' || expiresAt <= currentTime()) {
    throw conflict('id', `The request expired at ${expiresAt.toISOString()}: ask for the replay again.`);
  }
  refuseSamePerson({ askedBy: request.requestedBy, decidedBy: viewer.userId }, 'this replay', ['id']);
  return request;
}

async function record(
  db: Db,
  viewer: Viewer,
  action: string,
  { id, deliveryId, requestedBy }: ReplayRequestRow,
  reason: string,
): Promise<void> {
  const details = { request: toNodeId('ReplayRequest', id), requestedBy: toNodeId('User', requestedBy) };
  await recordAct(db, viewer, { action, subjectType: 'Delivery', subjectId: deliveryId, reason, details });
}
