// Changes the settings of a webhook of either direction.
import type { Db } from '../../sql/db';
import type { Viewer } from '../../viewer';
import type { ShownSecrets } from '../signing/signatures';
import type { SettingsAct } from '../versions/record-settings';
import type { WebhookRow } from '../webhook.store';
import { type IncomingSettings, updateIncomingWebhook } from './incoming-webhooks';
import { updateWebhook, type WebhookRules, type WebhookSettings } from './outgoing-webhooks';
import type { OpenDeliveries } from './webhook-lifecycle';

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
