import type { Viewer } from '../../access/viewer';
import { InputError, type UserError } from '../../errors/errors';
import type { Keyring } from '../../keyring/keyring';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { type CredentialsInput, planCredentials, saveCredentials } from '../credentials/save-credentials';
import { requestFaults } from '../request/request-rules';
import { type RequestSettings, requestColumns } from '../request/request-settings';
import { checkTarget, type TargetPolicy } from '../request/target-url';
import { columnsOf, type Given, OF_OUTGOING } from '../setting-limits';
import {
  changeSignatures,
  createSecrets,
  DEFAULT_SIGNATURES,
  type OwnSecrets,
  orderedSchemes,
  ownSecretFaults,
  type ShownSecrets,
} from '../signing/signing-secret';
import { recordChange, recordCreation, type SettingsAct } from '../versions/record-settings';
import { recordedSettings } from '../versions/recorded-settings';
import type { SignatureScheme } from '../webhook.entity';
import { changeWebhook, findWebhookForUpdate, type WebhookRow } from '../webhook.store';
import {
  addWebhook,
  columnsOfBothDirections,
  directionFaults,
  newWebhook,
  type SettingsOfBothDirections,
  settingFaults,
} from './both-directions';
import { refuseAuditReceivers, refuseUnlessSystemManager } from './guarded-settings';

export interface WebhookRules {
  keyring: Keyring;
  targetPolicy: TargetPolicy;
  /** The header in which a reverse proxy passes on the client certificate; null: none. */
  clientCertHeader: string | null;
  /** The number of webhooks that the transaction is going to archive; default: 0. */
  leaving?: number;
}

/** The settings that a client may give. An absent field keeps its value, and null sets the default. */
export interface WebhookSettings
  extends SettingsOfBothDirections,
    Given<typeof OF_OUTGOING>,
    Pick<RequestSettings, 'headers' | 'passHeaders' | 'fields'>,
    CredentialsInput {
  /** At least one scheme. */
  signatures?: SignatureScheme[] | null;
}

/** Creates an OUTGOING webhook. @returns the webhook and its signing secrets, which are never shown again. */
export async function createWebhook(
  db: Db,
  viewer: Viewer,
  rules: WebhookRules,
  input: WebhookSettings & OwnSecrets & { name: string },
  act: SettingsAct = {},
): Promise<{ webhook: WebhookRow } & ShownSecrets> {
  const webhook: WebhookRow = {
    ...newWebhook(viewer, 'OUTGOING', input),
    ...outgoingColumns(input),
    signatures: orderedSchemes(input.signatures ?? DEFAULT_SIGNATURES),
  };
  refuseUnlessSystemManager(viewer, null, webhook);
  const credentials = await planCredentials(db, rules, null, webhook, input);
  await refuseFaults(db, rules, { ...input, url: webhook.url }, [
    ...directionFaults('OUTGOING', input),
    ...requestFaults(input, webhook),
    ...ownSecretFaults(webhook.signatures, input),
    ...credentials.faults,
  ]);
  await addWebhook(db, webhook, rules.leaving ?? 0);
  await saveCredentials(db, rules.keyring, webhook.id, credentials);
  const secrets = await createSecrets(db, rules.keyring, webhook.id, webhook.signatures, input);
  await recordCreation(db, viewer, webhook, act);
  return { webhook, ...secrets };
}

/** @param before the row of an OUTGOING webhook, locked */
export async function updateWebhook(
  db: Db,
  viewer: Viewer,
  rules: WebhookRules,
  before: WebhookRow,
  settings: WebhookSettings,
  act: SettingsAct = {},
): Promise<{ webhook: WebhookRow } & ShownSecrets> {
  const was = await recordedSettings(db, before);
  const changes: Partial<WebhookRow> = {
    ...columnsOfBothDirections(settings),
    ...outgoingColumns(settings),
    ...(settings.signatures && { signatures: orderedSchemes(settings.signatures) }),
  };
  const after = { ...before, ...changes, updatedAt: currentTime() };
  refuseUnlessSystemManager(viewer, before, after);
  const credentials = await planCredentials(db, rules, before, after, settings);
  await refuseFaults(db, rules, settings, [
    ...directionFaults('OUTGOING', settings),
    ...requestFaults(settings, after),
    ...credentials.faults,
  ]);
  await changeWebhook(db, before.id, { ...changes, updatedAt: after.updatedAt });
  await saveCredentials(db, rules.keyring, before.id, credentials);
  const secrets = await changeSignatures(db, rules.keyring, before, after.signatures);
  return { webhook: await recordChange(db, viewer, after, was, act), ...secrets };
}

/** The columns of the given settings that only OUTGOING webhooks have, without the signatures. */
export function outgoingColumns(settings: WebhookSettings): Partial<WebhookRow> {
  return { ...columnsOf(OF_OUTGOING, settings), ...requestColumns(settings) };
}

/** @throws InputError NOT_FOUND when there is none; CONFLICT when it is archived. @throws Denied */
export async function webhookToChange(db: Db, viewer: Viewer, id: string | null): Promise<WebhookRow> {
  const webhook = id ? await findWebhookForUpdate(db, id) : null;
  if (!webhook) {
    throw new InputError([{ field: ['id'], code: 'NOT_FOUND', message: 'There is no webhook with this id.' }]);
  }
  refuseAuditReceivers(viewer, [webhook]);
  if (webhook.status === 'ARCHIVED') {
    const message = `${webhook.name} is archived permanently: create a new webhook.`;
    throw new InputError([{ field: ['id'], code: 'CONFLICT', message }]);
  }
  return webhook;
}

// Checks only the given settings, so that a change of the name succeeds even if a stored URL no longer meets the rules.
async function refuseFaults(
  db: Db,
  rules: WebhookRules,
  settings: WebhookSettings,
  found: UserError[] = [],
): Promise<void> {
  const { url } = settings;
  const faults = [
    ...found,
    ...(url === undefined ? [] : urlFaults(url, rules.targetPolicy)),
    ...(await settingFaults(db, settings)),
  ];
  if (faults.length > 0) throw new InputError(faults);
}

export function urlFaults(url: string | null, policy: TargetPolicy): UserError[] {
  if (url === null) {
    return [{ field: ['url'], code: 'REQUIRED', message: 'An OUTGOING webhook needs a url.' }];
  }
  const message = checkTarget(url, policy);
  return message ? [{ field: ['url'], code: 'INVALID', message }] : [];
}
