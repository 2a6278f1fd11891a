// Ends what is still to be sent of content that is to be erased: as a skip, or after the attempt that is on the wire.
import { currentTime } from '../../clock';
import { releaseSuccessors } from '../../delivery/capacity/document-ordering';
import { cancelDeliveries, skipErased } from '../../delivery/capacity/waiting.store';
import { lockDeliveries, requestCancel } from '../../delivery/commands/delivery-commands.store';
import { notifyDeliveries } from '../../delivery/queue/notify.store';
import type { Db } from '../../sql/db';
import { webhooksForUpdate } from '../../webhooks/webhook.store';
import { lockCircuits } from '../../webhooks/webhook-circuit.store';
import { keepHolds } from '../legal-hold.store';
import { leaveFanOut, pendingDeliveries, type StepRows } from './erased-rows.store';

/** Deliveries and events that a legal hold covers continue. */
export async function endPending(db: Db, rows: StepRows): Promise<void> {
  await keepHolds(db);
  await leaveFanOut(db, rows.events, currentTime());
  const pending = await pendingDeliveries(db, rows.deliveries);
  if (pending.length === 0) return;
  const webhookIds = [...new Set(pending.map(({ webhookId }) => webhookId))].sort();
  // committing an outcome locks the webhook for share: it must not schedule a further attempt after this
  await webhooksForUpdate(db, webhookIds);
  await lockCircuits(db, webhookIds);
  const deliveries = await lockDeliveries(
    db,
    pending.map(({ id }) => id),
  );
  const open = deliveries.filter(({ status }) => status === 'PENDING' || status === 'RETRYING');
  for (const { id } of open.filter(({ openRequestId }) => openRequestId !== null)) await requestCancel(db, id);
  const waiting = open.filter(({ openRequestId }) => openRequestId === null);
  await skipErased(db, idsOf(waiting), currentTime());
  const blocking = deliveries.filter(({ status, blocks }) => status === 'EXHAUSTED' && blocks);
  await cancelDeliveries(db, idsOf(blocking), currentTime());
  const released = [...waiting.filter(({ blocks }) => blocks), ...blocking];
  if (released.length === 0) return;
  await releaseSuccessors(db, idsOf(released));
  await notifyDeliveries(db);
}

const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);
