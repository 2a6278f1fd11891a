import { recordAct, recordOwnAct } from '../../audit/record';
import { currentTime } from '../../clock';
import { InputError } from '../../errors';
import type { Db } from '../../sql/db';
import type { Viewer } from '../../viewer';
import { renewAgreement } from '../incoming/incoming-agreement.store';
import type { Ordering, WebhookStatus } from '../webhook.entity';
import { changeWebhook, type WebhookRow } from '../webhook.store';
import { webhookToChange } from './webhooks';

/** What becomes of a webhook's open deliveries; delivery/ knows how. */
export interface OpenDeliveries {
  /** Lets the held ones go on. */
  release(db: Db, webhookId: string): Promise<void>;
  /** Ends all that are not on the wire at this moment; those are cancelled instead of retried. */
  cancel(db: Db, webhookId: string): Promise<void>;
  /** Goes on with those that waited for an order that is no longer asked for. */
  reorder(db: Db, webhookId: string, ordering: Ordering | null): Promise<void>;
}

/** Nothing is sent until it is resumed: what is open, and what new events add, is held. */
export async function pauseWebhook(
  db: Db,
  viewer: Viewer,
  id: string | null,
  reason: string | null,
): Promise<WebhookRow> {
  const webhook = await webhookToChange(db, id);
  if (webhook.status === 'PAUSED') return webhook;
  if (webhook.status === 'DISABLED') {
    const message = `${webhook.name} is disabled, so nothing is sent as it is. Resume it, then pause it.`;
    throw new InputError([{ field: ['id'], code: 'CONFLICT', message }]);
  }
  return change(db, viewer, webhook, 'PAUSED', 'webhook.paused', reason);
}

/** From PAUSED or DISABLED: what was held goes on. */
export async function resumeWebhook(
  db: Db,
  viewer: Viewer,
  deliveries: OpenDeliveries,
  id: string | null,
): Promise<WebhookRow> {
  const webhook = await webhookToChange(db, id);
  if (webhook.status === 'ACTIVE') return webhook;
  const resumed = await change(db, viewer, webhook, 'ACTIVE', 'webhook.resumed', null);
  await deliveries.release(db, webhook.id);
  return resumed;
}

/**
 * By the system: what is open is held, new events are skipped, until somebody resumes it. The caller has locked it.
 * @returns whether it was active until now
 */
export async function disableWebhook(db: Db, webhook: WebhookRow, reason: string): Promise<boolean> {
  if (webhook.status !== 'ACTIVE') return false;
  await changeWebhook(db, webhook.id, { status: 'DISABLED', statusReason: reason, updatedAt: currentTime() });
  const act = { action: 'webhook.disabled', subjectType: 'Webhook', subjectId: webhook.id, details: { reason } };
  await recordOwnAct(db, act);
  return true;
}

/** For good: open deliveries are cancelled, what happened stays readable. */
export async function archiveWebhook(
  db: Db,
  viewer: Viewer,
  deliveries: OpenDeliveries,
  id: string | null,
): Promise<WebhookRow> {
  const webhook = await webhookToChange(db, id);
  const archived = await change(db, viewer, webhook, 'ARCHIVED', 'webhook.archived', null);
  await deliveries.cancel(db, webhook.id);
  return archived;
}

async function change(
  db: Db,
  viewer: Viewer,
  webhook: WebhookRow,
  status: WebhookStatus,
  action: string,
  statusReason: string | null,
): Promise<WebhookRow> {
  const changes = { status, statusReason, updatedAt: currentTime() };
  await changeWebhook(db, webhook.id, changes);
  await renewAgreement(db, webhook.id);
  const details = { from: webhook.status, reason: statusReason };
  await recordAct(db, viewer, { action, subjectType: 'Webhook', subjectId: webhook.id, details });
  return { ...webhook, ...changes };
}
