// The commands retryDelivery and cancelDelivery.

import type { Viewer } from '../../access/viewer';
import { recordAct } from '../../audit/write-audit-entry';
import { type InputError, inputError } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { refuseAuditReceivers } from '../../webhooks/changes/guarded-settings';
import { findWebhookForShare, findWebhookForUpdate, type WebhookRow } from '../../webhooks/webhook.store';
import { lockCircuits } from '../../webhooks/webhook-circuit.store';
import { releaseSuccessors } from '../capacity/document-ordering';
import { giveNewJobs } from '../capacity/queue-backlog';
import { cancelDeliveries } from '../capacity/waiting.store';
import { type DeliveryRow, deliveriesById } from '../delivery.store';
import { isOpen } from '../delivery-states';
import { notifyDeliveries } from '../queue/queue.store';
import { type CommandedDelivery, lockDeliveries, requestCancel } from './delivery-commands.store';

/** Makes the next attempt due now. It counts in the retry schedule like an attempt at its scheduled time. */
export async function retryDelivery(db: Db, viewer: Viewer, id: string | null): Promise<DeliveryRow> {
  const { webhookId } = await getDelivery(db, id);
  const webhook = (await findWebhookForShare(db, webhookId)) as WebhookRow;
  refuseAuditReceivers(viewer, [webhook]);
  const delivery = await locked(db, id);
  const fault = retryFault(delivery, webhook);
  if (fault !== null) throw conflict(fault);
  await giveNewJobs(db, [delivery.id]);
  await notifyDeliveries(db);
  await recordAct(db, viewer, { action: 'delivery.retried', subjectType: 'Delivery', subjectId: delivery.id });
  return getDelivery(db, id);
}

function retryFault(delivery: CommandedDelivery, webhook: WebhookRow): string | null {
  if (!isOpen(delivery.status)) {
    const canReplay =
      delivery.hasContent || (delivery.skipReason !== null && !['LOOP', 'ERASED'].includes(delivery.skipReason));
    const instead = canReplay ? 'replayDelivery sends it again' : 'it has nothing to send';
    return `The delivery is ${delivery.status}: ${instead}.`;
  }
  if (delivery.openRequestId !== null) return 'An attempt of this delivery is on the wire: wait for its outcome.';
  const mayGo = webhook.status === 'ACTIVE' || delivery.test;
  if (delivery.held || !mayGo) {
    return `Its webhook is ${webhook.status}: resume the webhook to continue the delivery.`;
  }
  if (delivery.waitsFor === 'PREDECESSOR') {
    return 'It waits for an earlier delivery of the same document: replay or cancel that one to continue.';
  }
  if (delivery.waitsFor === 'CAPACITY') {
    return 'It waits for the circuit or the limits of its webhook, and continues by itself.';
  }
  return null;
}

/**
 * Cancels an open delivery: at once, or, if an attempt is on the wire and does not succeed, after it. An EXHAUSTED delivery
 * that blocks later ones of its document becomes CANCELLED, and they continue. Cancelling twice changes nothing.
 */
export async function cancelDelivery(db: Db, viewer: Viewer, id: string | null, reason: string): Promise<DeliveryRow> {
  const { webhookId } = await getDelivery(db, id);
  // committing an outcome locks the webhook for share: it must not schedule a further attempt after this command
  refuseAuditReceivers(viewer, [(await findWebhookForUpdate(db, webhookId)) as WebhookRow]);
  await lockCircuits(db, [webhookId]);
  const delivery = await locked(db, id);
  if (delivery.status === 'CANCELLED' || (isOpen(delivery.status) && delivery.cancelRequested))
    return getDelivery(db, id);
  await end(db, delivery);
  const details = { from: delivery.status, isOnTheWire: delivery.openRequestId !== null };
  await recordAct(db, viewer, {
    action: 'delivery.cancelled',
    subjectType: 'Delivery',
    subjectId: delivery.id,
    reason,
    details,
  });
  return getDelivery(db, id);
}

async function end(db: Db, delivery: CommandedDelivery): Promise<void> {
  const blocksOthers = delivery.status === 'EXHAUSTED' && delivery.blocks;
  if (!isOpen(delivery.status) && !blocksOthers) {
    throw conflict(`The delivery is ${delivery.status}: it is finished and cannot be cancelled.`);
  }
  if (delivery.openRequestId !== null) return requestCancel(db, delivery.id);
  await cancelDeliveries(db, [delivery.id], currentTime());
  if (!delivery.blocks) return;
  await releaseSuccessors(db, [delivery.id]);
  await notifyDeliveries(db);
}

async function locked(db: Db, id: string | null): Promise<CommandedDelivery> {
  const [delivery] = id === null ? [] : await lockDeliveries(db, [id]);
  if (!delivery) throw notFound();
  return delivery;
}

/** @throws InputError NOT_FOUND */
async function getDelivery(db: Db, id: string | null): Promise<DeliveryRow> {
  const delivery = id === null ? undefined : (await deliveriesById(db, [id])).get(id);
  if (!delivery) throw notFound();
  return delivery;
}

function notFound(): InputError {
  return inputError(['deliveryId'], 'NOT_FOUND', 'There is no delivery with this id.');
}

function conflict(message: string): InputError {
  return inputError(['deliveryId'], 'CONFLICT', message);
}
