// Over, and due again: what a replay does to each delivery.
import { currentTime } from '../clock';
import { type CommandedDelivery, lockDeliveries, reopenDeliveries } from '../delivery/commands/delivery-commands.store';
import { notifyDeliveries } from '../delivery/queue/notify.store';
import type { DeliveryQueue } from '../delivery/queue/queue';
import { newId } from '../ids';
import type { Db } from '../sql/db';
import type { WebhookStatus } from '../webhooks/webhook.entity';
import { webhooksForShare } from '../webhooks/webhook.store';
import { decideAnew } from './decide-anew';

/**
 * Opens deliveries again: the same ids, the frozen bytes, a new round of attempts that begins now, or when a webhook that
 * is paused or disabled is resumed. What was skipped has no bytes: it is decided anew. A replay is in no order: later
 * deliveries of a document do not wait for it, unless they wait for this very one already.
 * @returns those that cannot be sent again, each with the reason
 */
export async function reopen(
  db: Db,
  queue: DeliveryQueue,
  replayId: string,
  wanted: readonly { id: string; webhookId: string }[],
): Promise<Map<string, string>> {
  if (wanted.length === 0) return new Map();
  const webhooks = await webhooksForShare(db, [...new Set(wanted.map((each) => each.webhookId))]);
  const deliveries = await lockDeliveries(
    db,
    wanted.map((each) => each.id),
  );
  const statusOf = ({ webhookId }: CommandedDelivery) => webhooks.get(webhookId)?.status ?? 'ARCHIVED';
  const faults = new Map<string, string>();
  for (const delivery of deliveries) {
    const fault = faultOf(delivery, statusOf(delivery));
    if (fault !== null) faults.set(delivery.id, fault);
  }
  const skipped = deliveries.filter(({ id, status }) => status === 'SKIPPED' && !faults.has(id));
  for (const [id, fault] of await decideAnew(db, skipped)) faults.set(id, fault);
  const again = deliveries
    .filter(({ id }) => !faults.has(id))
    .map((delivery) => ({ id: newId(), deliveryId: delivery.id, isHeld: statusOf(delivery) !== 'ACTIVE' }));
  await open(db, queue, replayId, again);
  return faults;
}

async function open(
  db: Db,
  queue: DeliveryQueue,
  replayId: string,
  again: readonly { id: string; deliveryId: string; isHeld: boolean }[],
): Promise<void> {
  const reopened = again.map(({ id, deliveryId, isHeld }) => ({ deliveryId, jobId: isHeld ? null : id }));
  await reopenDeliveries(db, replayId, reopened, currentTime());
  const jobs = again.filter((each) => !each.isHeld).map(({ id, deliveryId }) => ({ id, deliveryId, startAfter: null }));
  await queue.insert(db, jobs);
  if (jobs.length > 0) await notifyDeliveries(db);
}

const LOOP_FAULT = "The delivery was SKIPPED as a LOOP: its event came of the webhook's own deliveries.";

function faultOf(delivery: CommandedDelivery, webhook: WebhookStatus): string | null {
  const { status } = delivery;
  if (status === 'PENDING' || status === 'RETRYING') {
    if (webhook === 'PAUSED' || webhook === 'DISABLED') {
      return `The delivery is ${status} and held: its webhook is ${webhook}. Resume the webhook, and it goes on.`;
    }
    return `The delivery is ${status}, so it is being sent anyway: retryDelivery makes the next attempt come now.`;
  }
  if (delivery.test) return 'The delivery was a test: testWebhook sends another one.';
  if (webhook === 'ARCHIVED') return 'Its webhook is archived, which is for good.';
  if (status === 'SKIPPED') return delivery.skipReason === 'LOOP' ? LOOP_FAULT : null;
  if (!delivery.hasContent) return 'The content of the delivery was erased.';
  return null;
}
