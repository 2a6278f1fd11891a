// Restores the settings that a webhook had in an earlier version.
import { InputError } from '../../../errors';
import type { Db } from '../../../sql/db';
import type { Viewer } from '../../../viewer';
import { type ChangeServices, changeSettings } from '../../changes/change-settings';
import { webhookToChange } from '../../changes/outgoing-webhooks';
import { MAX_VERSIONS } from '../../setting-limits';
import type { ShownSecrets } from '../../signing/signatures';
import type { WebhookRow } from '../../webhook.store';
import { refuseOtherVersion } from '../expected-version';
import { differencesOf, givenSettings, type RecordedSettings, recordedSettings } from '../recorded-settings';
import { findWebhookVersion } from '../webhook-version.store';

export interface Restoring {
  id: string | null;
  version: number;
  expectedVersion: number | null;
  reason: string | null;
}

export interface Restored extends Partial<ShownSecrets> {
  webhook: WebhookRow;
  /** The settings that differ from the version: credentials, whose secrets no version has. */
  notRestored: string[];
}

export async function restoreVersion(
  db: Db,
  viewer: Viewer,
  services: ChangeServices,
  { id, version, expectedVersion, reason }: Restoring,
): Promise<Restored> {
  const webhook = await webhookToChange(db, viewer, id);
  refuseOtherVersion(webhook, expectedVersion);
  const row = await findWebhookVersion(db, webhook.id, version);
  if (!row) {
    const message = `${webhook.name} has no version ${version}: it has ${Math.max(1, webhook.version - MAX_VERSIONS + 1)} to ${webhook.version}.`;
    throw new InputError([{ field: ['version'], code: 'NOT_FOUND', message }]);
  }
  const recorded: RecordedSettings = JSON.parse(row.settings);
  const act = { reason, details: { restoredVersion: version } };
  const changed = await changeSettings(db, viewer, services, webhook, givenSettings(recorded), act);
  const after = await recordedSettings(db, changed.webhook);
  return { ...changed, notRestored: differencesOf(after, recorded).map((each) => each.setting) };
}
