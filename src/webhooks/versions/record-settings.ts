// Each change of the settings of a webhook makes a version and an entry in the audit trail.

import type { Viewer } from '../../access/viewer';
import { recordAct } from '../../audit/write-audit-entry';
import type { Db } from '../../sql/db';
import { newId, timeOfId } from '../../values/ids';
import { changeWebhook, type WebhookRow } from '../webhook.store';
import { differencesOf, type RecordedSettings, recordedSettings } from './recorded-settings';
import { insertWebhookVersion } from './webhook-version.store';

/** What the entry says besides `before` and `after`. */
export interface SettingsAct {
  reason?: string | null;
  details?: Record<string, unknown>;
}

/** Records the first version of a webhook. */
export async function recordCreation(
  db: Db,
  viewer: Viewer,
  webhook: WebhookRow,
  act: SettingsAct = {},
): Promise<void> {
  const after = await recordedSettings(db, webhook);
  await insertVersion(db, viewer, webhook, after);
  const details = { ...act.details, after: { direction: webhook.direction, ...after } };
  await record(db, viewer, 'webhook.created', webhook, { ...act, details });
}

/**
 * Records what differs from the settings before. If nothing does, there is neither a version nor an entry.
 * @returns the webhook with its new version
 */
export async function recordChange(
  db: Db,
  viewer: Viewer,
  webhook: WebhookRow,
  before: RecordedSettings,
  act: SettingsAct = {},
): Promise<WebhookRow> {
  const after = await recordedSettings(db, webhook);
  const changes = differencesOf(before, after);
  if (changes.length === 0) return webhook;
  const changed = { ...webhook, version: webhook.version + 1 };
  await changeWebhook(db, webhook.id, { version: changed.version });
  await insertVersion(db, viewer, changed, after);
  const details = {
    ...act.details,
    version: changed.version,
    before: Object.fromEntries(changes.map((each) => [each.setting, each.before])),
    after: Object.fromEntries(changes.map((each) => [each.setting, each.after])),
  };
  await record(db, viewer, 'webhook.updated', webhook, { ...act, details });
  return changed;
}

async function insertVersion(db: Db, viewer: Viewer, { id, version }: WebhookRow, settings: RecordedSettings) {
  const versionId = newId();
  await insertWebhookVersion(db, {
    id: versionId,
    webhookId: id,
    version,
    settings: JSON.stringify(settings),
    createdBy: viewer.userId,
    createdAt: timeOfId(versionId),
  });
}

async function record(db: Db, viewer: Viewer, action: string, { id }: WebhookRow, act: SettingsAct): Promise<void> {
  await recordAct(db, viewer, { action, subjectType: 'Webhook', subjectId: id, ...act });
}
