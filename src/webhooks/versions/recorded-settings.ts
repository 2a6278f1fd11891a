// The settings of a webhook as they are recorded, shown and exported: in the form of UpdateWebhookInput, but with
// fingerprints in place of secrets.
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Context } from '../../graphql/context';
import { masksOf } from '../../graphql/roles/masked';
import type { Db } from '../../sql/db';
import { toNodeId, uuidOf } from '../../values/ids';
import { DEFAULT_SETTINGS } from '../../verification/provider';
import { settingsOf } from '../credentials/credential-settings';
import { withoutSecrets } from '../credentials/shown-url';
import { type CredentialRow, credentialsOfWebhooks } from '../credentials/webhook-credential.store';
import type { GivenVerification } from '../incoming/agreement-rules';
import { type AgreementRow, agreementsById } from '../incoming/incoming-agreement.store';
import { fieldsOf, headersOf } from '../request/request-settings';
import { OF_BOTH_DIRECTIONS, OF_OUTGOING, settingsIn } from '../setting-limits';
import type { Direction } from '../webhook.entity';
import type { WebhookRow } from '../webhook.store';

export type RecordedSettings = Record<string, unknown>;

/** The setting that has the fingerprints. It cannot be restored or imported. */
export const CREDENTIALS = 'credentials';

/** The settings as they are now. */
export async function recordedSettings(db: Db, webhook: WebhookRow): Promise<RecordedSettings> {
  const [settings] = await recordedSettingsOfEach(db, [webhook]);
  return settings as RecordedSettings;
}

/** The settings of these webhooks, in the same order. */
export async function recordedSettingsOfEach(db: Db, webhooks: readonly WebhookRow[]): Promise<RecordedSettings[]> {
  const ids = (direction: Direction) => webhooks.filter((each) => each.direction === direction).map(({ id }) => id);
  const [incoming, outgoing] = [ids('INCOMING'), ids('OUTGOING')];
  const agreements = incoming.length > 0 ? await agreementsById(db, incoming) : new Map<string, AgreementRow>();
  const credentials = outgoing.length > 0 ? await credentialsOfWebhooks(db, outgoing) : [];
  const byWebhook = Map.groupBy(credentials, ({ webhookId }) => webhookId);
  return webhooks.map((webhook) => {
    if (webhook.direction === 'OUTGOING') return outgoingSettings(webhook, byWebhook.get(webhook.id) ?? []);
    const agreement = agreements.get(webhook.id);
    if (!agreement) throw new Error(`the INCOMING webhook ${webhook.id} has no agreement`);
    return incomingSettings(webhook, agreement);
  });
}

function commonSettings(webhook: WebhookRow) {
  const { name, events, ownerId, rateLimit, rateLimitSeconds } = webhook;
  return {
    name,
    ...settingsIn(OF_BOTH_DIRECTIONS, webhook),
    events,
    ownerId: toNodeId('User', ownerId),
    rateLimit: rateLimit === null ? null : { maxRequests: rateLimit, seconds: rateLimitSeconds },
  };
}

function outgoingSettings(webhook: WebhookRow, credentials: readonly CredentialRow[]): RecordedSettings {
  const { passHeaders, signatures } = webhook;
  return {
    ...commonSettings(webhook),
    ...settingsIn(OF_OUTGOING, webhook),
    headers: headersOf(webhook).map(([name, value]) => ({ name, value })),
    passHeaders,
    fields: fieldsOf(webhook)?.map(([key, fieldname]) => ({ key, fieldname })) ?? null,
    signatures,
    [CREDENTIALS]: credentials.map(credentialSettings),
  };
}

// `box` is encrypted with a random key: the fingerprint changes when the secret is given again, and reveals nothing of it
function credentialSettings(row: CredentialRow) {
  const { kind, origin: _, ...shown } = settingsOf(row);
  return { kind, ...shown, fingerprint: createHash('sha256').update(row.box).digest('hex').slice(0, 16) };
}

function incomingSettings(webhook: WebhookRow, agreement: AgreementRow): RecordedSettings {
  const { provider, toleranceSeconds, becomes, forwardTo, answerStatus, answerBody, answerType } = agreement;
  return {
    ...commonSettings(webhook),
    provider,
    verification: JSON.parse(agreement.settings),
    toleranceSeconds,
    eventLocation: locationOf(agreement.eventLocation),
    idLocation: locationOf(agreement.idLocation),
    referenceLocation: locationOf(agreement.referenceLocation),
    becomes,
    forwardTo: forwardTo.map((id) => toNodeId('Webhook', id)),
    answer: { statusCode: answerStatus, body: answerBody, contentType: answerType },
  };
}

function locationOf(stored: string | null) {
  if (stored === null) return null;
  const [from, name] = JSON.parse(stored);
  return { from, name };
}

/** The settings for createWebhook or updateWebhook: without credentials, and with UUIDs in place of ids. */
export function givenSettings(recorded: RecordedSettings): Record<string, unknown> {
  const { [CREDENTIALS]: _credentials, provider: _provider, ownerId, forwardTo, verification, ...rest } = recorded;
  return {
    ...rest,
    ...(verification !== undefined && { verification: allOfVerification(verification as object) }),
    ...(typeof ownerId === 'string' && { ownerId: uuidOf('User', ownerId) }),
    ...(Array.isArray(forwardTo) && { forwardTo: forwardTo.map((id) => uuidOf('Webhook', String(id))) }),
  };
}

const NO_VERIFICATION = Object.fromEntries(Object.keys(DEFAULT_SETTINGS).map((name) => [name, null]));

/** The settings with null for those that are not given, which updateWebhook would keep. */
export function allOfVerification(given: object): GivenVerification {
  return { ...NO_VERIFICATION, ...given };
}

export interface SettingChange {
  setting: string;
  before: unknown;
  after: unknown;
}

/** The settings that differ, in the order of the names. A setting that one of the two does not have is null there. */
export function differencesOf(before: RecordedSettings, after: RecordedSettings): SettingChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .map((setting) => ({ setting, before: before[setting] ?? null, after: after[setting] ?? null }))
    .filter((each) => !isDeepStrictEqual(each.before, each.after));
}

// Recorded settings as a viewer may see them: from viewers with masks, parts of the URL that look like a token are hidden.

function urlFor(context: Context, url: unknown): unknown {
  return typeof url !== 'string' || masksOf(context).seesAll ? url : withoutSecrets(url);
}

/** @param text the recorded settings, as JSON */
export function settingsFor(context: Context, text: string): RecordedSettings {
  const settings: RecordedSettings = JSON.parse(text);
  return { ...settings, ...('url' in settings && { url: urlFor(context, settings.url) }) };
}

export function changeFor(context: Context, change: SettingChange): SettingChange {
  if (change.setting !== 'url') return change;
  return { ...change, before: urlFor(context, change.before), after: urlFor(context, change.after) };
}
