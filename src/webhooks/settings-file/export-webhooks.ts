// Writes the settings of webhooks as a file, without a secret and without the ids of this Hookledger.
import { createHash } from 'node:crypto';
import type { Viewer } from '../../access/viewer';
import { recordAct } from '../../audit/write-audit-entry';
import { Denied, InputError } from '../../errors/errors';
import type { Keyring } from '../../keyring/keyring';
import type { Condition } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { FROM_NEWEST, resolveCondition } from '../../sql/walks/resolve-condition';
import { usersById } from '../../users/user.store';
import { uuidOf } from '../../values/ids';
import { decryptCredential, settingsOf } from '../credentials/credential-settings';
import { withoutSecrets } from '../credentials/shown-url';
import { type CredentialRow, credentialsOfWebhooks } from '../credentials/webhook-credential.store';
import { CREDENTIALS, type RecordedSettings, recordedSettingsOfEach } from '../versions/recorded-settings';
import { useOneSnapshot, type WebhookRow, webhooksById, webhooksMeeting } from '../webhook.store';
import { documentText, MAX_BYTES, MAX_WEBHOOKS } from './settings-document';

export interface WebhookFile {
  text: string;
  /** 64 hexadecimal digits. */
  sha256: string;
  webhookCount: number;
}

/** The names of the webhooks and users that this file contains. */
interface Names {
  owners: ReadonlyMap<string, { name: string }>;
  targets: ReadonlyMap<string, { name: string }>;
}

/** @param seesAll false: masking rules hide content from the viewer. @throws InputError, Denied */
export async function exportWebhooks(
  db: Db,
  viewer: Viewer,
  keyring: Keyring,
  condition: Condition,
  seesAll: boolean,
): Promise<WebhookFile> {
  await useOneSnapshot(db);
  const webhooks = await webhooksMeeting(db, await resolveCondition(db, condition, FROM_NEWEST), MAX_WEBHOOKS + 1);
  if (webhooks.length > MAX_WEBHOOKS) {
    const message = `More than ${MAX_WEBHOOKS} webhooks meet where, the most that a file has: choose fewer.`;
    throw new InputError([{ field: ['where'], code: 'TOO_LARGE', message }]);
  }
  refuseRepeatedNames(webhooks);
  if (!seesAll) refuseHiddenUrls(webhooks);
  webhooks.sort((a, b) => (a.name < b.name ? -1 : 1));
  const text = documentText(await entriesOf(db, keyring, webhooks));
  if (Buffer.byteLength(text) > MAX_BYTES) {
    const message = 'The file would have more than 4 MiB, the most that is imported: choose fewer webhooks.';
    throw new InputError([{ field: ['where'], code: 'TOO_LARGE', message }]);
  }
  const sha256 = createHash('sha256').update(text).digest('hex');
  const details = { webhooks: webhooks.length, sha256 };
  await recordAct(db, viewer, { action: 'webhook.exported', subjectType: null, subjectId: null, details });
  return { text, sha256, webhookCount: webhooks.length };
}

function refuseRepeatedNames(webhooks: readonly WebhookRow[]): void {
  const repeated = [...Map.groupBy(webhooks, ({ name }) => name)].filter(([, rows]) => rows.length > 1);
  if (repeated.length === 0) return;
  const names = repeated.slice(0, 10).map(([name, rows]) => `${name} (${rows.length} webhooks)`);
  const message =
    `A file identifies webhooks by their names, and several have the same: ${names.join(', ')}. Give each a name of ` +
    'its own with updateWebhook, or choose one with where.';
  throw new InputError([{ field: ['where'], code: 'CONFLICT', message }]);
}

// with a shortened URL, an import would change where events go
function refuseHiddenUrls(webhooks: readonly WebhookRow[]): void {
  const hidden = webhooks.find(({ url }) => url !== null && withoutSecrets(url) !== url);
  if (!hidden) return;
  const message = `The URL of ${hidden.name} has a part that masking rules hide from your roles: leave it out with where.`;
  throw new Denied('Mutation.exportWebhooks', message, ['input', 'where']);
}

async function entriesOf(db: Db, keyring: Keyring, webhooks: readonly WebhookRow[]): Promise<object[]> {
  const recorded = await recordedSettingsOfEach(db, webhooks);
  const targets = recorded.flatMap(({ forwardTo }) => targetIds(forwardTo));
  const names: Names = {
    owners: await usersById(
      db,
      webhooks.map(({ ownerId }) => ownerId),
    ),
    targets: await webhooksById(db, targets),
  };
  const ids = webhooks.map(({ id }) => id);
  const credentials = Map.groupBy(await credentialsOfWebhooks(db, ids), ({ webhookId }) => webhookId);
  return webhooks.map((webhook, index) =>
    entryOf(webhook, recorded[index] as RecordedSettings, credentials.get(webhook.id) ?? [], keyring, names),
  );
}

function targetIds(forwardTo: unknown): string[] {
  return (Array.isArray(forwardTo) ? forwardTo : []).map((id) => uuidOf('Webhook', String(id)) as string);
}

function entryOf(
  { direction, ownerId }: WebhookRow,
  recorded: RecordedSettings,
  credentials: readonly CredentialRow[],
  keyring: Keyring,
  { owners, targets }: Names,
): object {
  const { name, ownerId: _, provider, forwardTo, [CREDENTIALS]: __, ...settings } = recorded;
  return {
    name,
    direction,
    ...(provider !== undefined && { provider }),
    owner: owners.get(ownerId)?.name,
    ...settings,
    ...(forwardTo !== undefined && { forwardTo: targetIds(forwardTo).map((id) => targets.get(id)?.name) }),
    ...(direction === 'OUTGOING' && credentialFields(credentials, keyring)),
  };
}

/** The credentials by the names of CreateWebhookInput, without their secrets. */
function credentialFields(rows: readonly CredentialRow[], keyring: Keyring) {
  const fields: Record<string, unknown> = {
    secretHeaders: null,
    basicAuth: null,
    oauth2: null,
    clientCertificate: null,
    proxy: null,
    caCertificates: null,
  };
  const headers: { name: string }[] = [];
  for (const row of rows) {
    const settings = settingsOf(row);
    if (settings.kind === 'HEADER') headers.push({ name: settings.name });
    else if (settings.kind === 'BASIC') fields.basicAuth = { username: settings.name };
    else if (settings.kind === 'OAUTH2') {
      const { tokenUrl, name: clientId, scope, audience, clientAuthentication } = settings;
      fields.oauth2 = { tokenUrl, clientId, scope, audience, clientAuthentication };
    } else if (settings.kind === 'CERTIFICATE') fields.clientCertificate = { subject: settings.name };
    else if (settings.kind === 'PROXY') fields.proxy = { url: settings.proxyUrl, username: settings.name || null };
    else fields.caCertificates = JSON.parse(decryptCredential(keyring, row));
  }
  if (headers.length > 0) fields.secretHeaders = headers;
  return fields;
}
