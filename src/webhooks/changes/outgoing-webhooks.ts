import { currentTime } from '../../clock';
import { InputError, type UserError } from '../../errors';
import { newId, timeOfId } from '../../ids';
import type { Keyring } from '../../keyring/keyring';
import type { Db } from '../../sql/db';
import { textFault } from '../../text';
import { usersById } from '../../users/user.store';
import type { Viewer } from '../../viewer';
import { type CredentialsInput, planCredentials, saveCredentials } from '../credentials/save-credentials';
import { requestFaults } from '../request/request-rules';
import { REQUEST_DEFAULTS, type RequestSettings, requestColumns } from '../request/request-settings';
import { checkTarget } from '../request/target-template';
import type { TargetPolicy } from '../request/target-url';
import { DEFAULT_TIMEOUT_MS } from '../setting-limits';
import {
  changeSignatures,
  createSecrets,
  DEFAULT_SIGNATURES,
  type OwnSecrets,
  orderedSchemes,
  ownSecretFaults,
  type ShownSecrets,
} from '../signing/signatures';
import { recordChange, recordCreation, type SettingsAct } from '../versions/record-settings';
import { recordedSettings } from '../versions/recorded-settings';
import type { Ordering, SignatureScheme } from '../webhook.entity';
import { changeWebhook, findWebhookForUpdate, insertWebhook, type WebhookRow } from '../webhook.store';
import { directionFaults } from './direction-fields';
import { refuseUnlessSystemManager } from './guarded-settings';

export interface WebhookRules {
  keyring: Keyring;
  targetPolicy: TargetPolicy;
  /** The header in which a reverse proxy passes on the client certificate; null: none. */
  clientCertHeader: string | null;
}

/** The settings that a client may give. An absent field keeps its value, and null sets the default. */
export interface WebhookSettings extends CredentialsInput, RequestSettings {
  name?: string;
  url?: string | null;
  documentType?: string | null;
  events?: string[] | null;
  /** The UUID of the owner; null: the given id is not the id of a user. */
  ownerId?: string | null;
  retrySchedule?: number[] | null;
  timeoutMs?: number | null;
  dedupeSeconds?: number | null;
  rateLimit?: { requests: number; seconds: number } | null;
  maxConcurrency?: number | null;
  ordering?: Ordering | null;
  supportMayReveal?: boolean | null;
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
  const id = newId();
  const at = timeOfId(id);
  const webhook: WebhookRow = {
    id,
    name: input.name,
    direction: 'OUTGOING',
    status: 'ACTIVE',
    statusReason: null,
    url: input.url ?? null,
    documentType: input.documentType ?? null,
    events: [...new Set(input.events ?? [])],
    retrySchedule: input.retrySchedule ?? null,
    timeoutMs: input.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    ...REQUEST_DEFAULTS,
    ...requestColumns(input),
    signatures: orderedSchemes(input.signatures ?? DEFAULT_SIGNATURES),
    rateLimit: input.rateLimit?.requests ?? null,
    rateLimitSeconds: input.rateLimit?.seconds ?? null,
    maxConcurrency: input.maxConcurrency ?? null,
    ordering: input.ordering ?? null,
    dedupeSeconds: input.dedupeSeconds ?? null,
    supportMayReveal: input.supportMayReveal ?? false,
    ownerId: input.ownerId === undefined ? viewer.userId : (input.ownerId ?? ''),
    version: 1,
    statusChangedBy: null,
    statusChangedAt: null,
    createdAt: at,
    updatedAt: at,
  };
  refuseUnlessSystemManager(viewer, null, webhook);
  const credentials = await planCredentials(db, rules, null, webhook, input);
  await refuseFaults(db, rules, { ...input, url: webhook.url }, [
    ...directionFaults('OUTGOING', input),
    ...requestFaults(input, webhook),
    ...ownSecretFaults(webhook.signatures, input),
    ...credentials.faults,
  ]);
  await insertWebhook(db, webhook);
  await saveCredentials(db, rules.keyring, id, credentials);
  const secrets = await createSecrets(db, rules.keyring, id, webhook.signatures, input);
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
    ...(settings.name !== undefined && { name: settings.name }),
    ...(settings.url !== undefined && { url: settings.url }),
    ...(settings.documentType !== undefined && { documentType: settings.documentType }),
    ...(settings.events !== undefined && { events: [...new Set(settings.events ?? [])] }),
    ...(settings.ownerId !== undefined && { ownerId: settings.ownerId ?? '' }),
    ...(settings.retrySchedule !== undefined && { retrySchedule: settings.retrySchedule }),
    ...(settings.timeoutMs !== undefined && { timeoutMs: settings.timeoutMs ?? DEFAULT_TIMEOUT_MS }),
    ...(settings.rateLimit !== undefined && {
      rateLimit: settings.rateLimit?.requests ?? null,
      rateLimitSeconds: settings.rateLimit?.seconds ?? null,
    }),
    ...(settings.maxConcurrency !== undefined && { maxConcurrency: settings.maxConcurrency }),
    ...(settings.ordering !== undefined && { ordering: settings.ordering }),
    ...(settings.dedupeSeconds !== undefined && { dedupeSeconds: settings.dedupeSeconds }),
    ...(settings.supportMayReveal !== undefined && { supportMayReveal: settings.supportMayReveal ?? false }),
    ...requestColumns(settings),
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

/** @throws InputError NOT_FOUND when there is none; CONFLICT when it is archived. */
export async function webhookToChange(db: Db, id: string | null): Promise<WebhookRow> {
  const webhook = id ? await findWebhookForUpdate(db, id) : null;
  if (!webhook) {
    throw new InputError([{ field: ['id'], code: 'NOT_FOUND', message: 'There is no webhook with this id.' }]);
  }
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

/** The faults of the settings that webhooks of both directions have. */
export async function settingFaults(
  db: Db,
  { events, ownerId }: Pick<WebhookSettings, 'events' | 'ownerId'>,
): Promise<UserError[]> {
  return [...eventFaults(events ?? []), ...(ownerId === undefined ? [] : await ownerFaults(db, ownerId))];
}

function urlFaults(url: string | null, policy: TargetPolicy): UserError[] {
  if (url === null) {
    return [{ field: ['url'], code: 'REQUIRED', message: 'An OUTGOING webhook needs a url.' }];
  }
  const message = checkTarget(url, policy);
  return message ? [{ field: ['url'], code: 'INVALID', message }] : [];
}

function eventFaults(events: readonly string[]): UserError[] {
  return events.map((event, index) => textFault(event, ['events', String(index)])).filter((fault) => fault !== null);
}

async function ownerFaults(db: Db, ownerId: string | null): Promise<UserError[]> {
  const owner = ownerId === null ? undefined : (await usersById(db, [ownerId])).get(ownerId);
  if (owner) return [];
  return [{ field: ['ownerId'], code: 'NOT_FOUND', message: 'There is no user with this id.' }];
}
