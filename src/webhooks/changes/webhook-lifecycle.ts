import type { Viewer } from '../../access/viewer';
import { recordActs, recordOwnAct } from '../../audit/write-audit-entry';
import { InputError } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { renewAgreements } from '../incoming/incoming-agreement.store';
import type { ShownSecrets } from '../signing/signing-secret';
import type { SettingsAct } from '../versions/record-settings';
import type { Ordering, WebhookStatus } from '../webhook.entity';
import { changeWebhook, changeWebhooks, type WebhookRow } from '../webhook.store';
import { lockCircuits } from '../webhook-circuit.store';
import { type IncomingSettings, updateIncomingWebhook } from './incoming-webhooks';
import { updateWebhook, type WebhookRules, type WebhookSettings, webhookToChange } from './outgoing-webhooks';

/** What happens to the open deliveries of a webhook. delivery/ implements it. */
export interface OpenDeliveries {
  /** Releases the held deliveries. */
  release(db: Db, webhookId: string): Promise<void>;
  /** Cancels all deliveries of these webhooks that are not on the wire. Those on the wire are cancelled instead of retried. */
  cancel(db: Db, webhookIds: readonly string[]): Promise<void>;
  /** Releases the deliveries that waited for an earlier one, if the new ordering no longer requires it. */
  reorder(db: Db, webhookId: string, ordering: Ordering | null): Promise<void>;
}

/** Holds the open deliveries, and those of new events, until the webhook is resumed. */
export async function pauseWebhook(
  db: Db,
  viewer: Viewer,
  id: string | null,
  reason: string | null,
): Promise<WebhookRow> {
  const webhook = await webhookToChange(db, viewer, id);
  if (webhook.status === 'PAUSED') return webhook;
  if (webhook.status === 'DISABLED') {
    const message = `${webhook.name} is disabled and sends nothing already. Resume it before you pause it.`;
    throw new InputError([{ field: ['id'], code: 'CONFLICT', message }]);
  }
  const paused = await change(db, viewer, webhook, 'PAUSED', 'webhook.paused', reason);
  // a fan-out that makes deliveries has committed them, or sees the pause
  await lockCircuits(db, [webhook.id]);
  return paused;
}

/** Resumes a PAUSED or DISABLED webhook and releases its held deliveries. */
export async function resumeWebhook(
  db: Db,
  viewer: Viewer,
  deliveries: OpenDeliveries,
  id: string | null,
  reason: string | null,
): Promise<WebhookRow> {
  const webhook = await webhookToChange(db, viewer, id);
  if (webhook.status === 'ACTIVE') return webhook;
  const resumed = await change(db, viewer, webhook, 'ACTIVE', 'webhook.resumed', reason);
  await deliveries.release(db, webhook.id);
  return resumed;
}

/**
 * Called by the system: open deliveries are held and new events are skipped until a user resumes the webhook. The
 * caller has locked it.
 * @returns whether it was active
 */
export async function disableWebhook(db: Db, webhook: WebhookRow, reason: string): Promise<boolean> {
  if (webhook.status !== 'ACTIVE') return false;
  await changeWebhook(db, webhook.id, {
    status: 'DISABLED',
    statusReason: reason,
    statusChangedBy: null,
    statusChangedAt: currentTime(),
    updatedAt: currentTime(),
  });
  const details = {
    before: { status: webhook.status, statusReason: webhook.statusReason },
    after: { status: 'DISABLED', statusReason: reason },
  };
  const act = { action: 'webhook.disabled', subjectType: 'Webhook', subjectId: webhook.id, reason, details };
  await recordOwnAct(db, act);
  return true;
}

/** Archives the webhook permanently and cancels its open deliveries. Its history remains readable. */
export async function archiveWebhook(
  db: Db,
  viewer: Viewer,
  deliveries: OpenDeliveries,
  id: string | null,
  reason: string | null = null,
): Promise<WebhookRow> {
  const webhook = await webhookToChange(db, viewer, id);
  const [archived] = await archiveWebhooks(db, viewer, deliveries, [webhook], reason);
  return archived as WebhookRow;
}

/** Archives webhooks that the caller has locked, none of which is archived. */
export async function archiveWebhooks(
  db: Db,
  viewer: Viewer,
  deliveries: OpenDeliveries,
  webhooks: readonly WebhookRow[],
  reason: string | null,
): Promise<WebhookRow[]> {
  const archived = await changeAll(db, viewer, webhooks, 'ARCHIVED', 'webhook.archived', reason);
  await deliveries.cancel(
    db,
    webhooks.map(({ id }) => id),
  );
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
  const [changed] = await changeAll(db, viewer, [webhook], status, action, statusReason);
  return changed as WebhookRow;
}

async function changeAll(
  db: Db,
  viewer: Viewer,
  webhooks: readonly WebhookRow[],
  status: WebhookStatus,
  action: string,
  statusReason: string | null,
): Promise<WebhookRow[]> {
  const now = currentTime();
  const changes = { status, statusReason, statusChangedBy: viewer.userId, statusChangedAt: now, updatedAt: now };
  const ids = webhooks.map(({ id }) => id);
  await changeWebhooks(db, ids, changes);
  await renewAgreements(db, ids);
  const acts = webhooks.map((webhook) => ({
    action,
    subjectType: 'Webhook',
    subjectId: webhook.id,
    reason: statusReason,
    details: {
      before: { status: webhook.status, statusReason: webhook.statusReason },
      after: { status, statusReason },
    },
  }));
  await recordActs(db, viewer, acts);
  return webhooks.map((webhook) => ({ ...webhook, ...changes }));
}

// Changes the settings of a webhook of either direction.

export interface ChangeServices {
  webhookRules: WebhookRules;
  openDeliveries: OpenDeliveries;
}

/** @param before its row, locked */
export async function changeSettings(
  db: Db,
  viewer: Viewer,
  { webhookRules, openDeliveries }: ChangeServices,
  before: WebhookRow,
  settings: WebhookSettings & IncomingSettings,
  act: SettingsAct = {},
): Promise<{ webhook: WebhookRow } & Partial<ShownSecrets>> {
  if (before.direction === 'INCOMING') {
    return { webhook: await updateIncomingWebhook(db, viewer, webhookRules, before, settings, act) };
  }
  const updated = await updateWebhook(db, viewer, webhookRules, before, settings, act);
  if (settings.ordering !== undefined) await openDeliveries.reorder(db, updated.webhook.id, settings.ordering);
  return updated;
}
