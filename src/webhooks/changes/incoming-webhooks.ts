// Creates and changes INCOMING webhooks: who may call, how calls are verified, and what they become.

import type { Viewer } from '../../access/viewer';
import { InputError, type UserError } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { insertUser, renameUser } from '../../users/user.store';
import { newId, toNodeId } from '../../values/ids';
import type { Place, Provider, ProviderName } from '../../verification/provider';
import { PROVIDERS } from '../../verification/providers/providers';
import { type AgreementSettings, agreementFaults } from '../incoming/agreement-rules';
import {
  type AgreementRow,
  changeAgreement,
  createIncomingToken,
  getAgreement,
  insertAgreement,
} from '../incoming/incoming-agreement.store';
import { createVerificationSecret, ownSecretFaults } from '../incoming/verification-secret.store';
import { DEFAULT_ANSWER_STATUS, DEFAULT_TOLERANCE_S } from '../setting-limits';
import { recordChange, recordCreation, type SettingsAct } from '../versions/record-settings';
import { recordedSettings } from '../versions/recorded-settings';
import { changeWebhook, type WebhookRow, webhooksById } from '../webhook.store';
import {
  addWebhook,
  columnsOfBothDirections,
  directionFaults,
  newWebhook,
  type SettingsOfBothDirections,
  settingFaults,
} from './both-directions';
import { refuseAuditTargets, refuseUnlessSystemManager } from './guarded-settings';
import type { WebhookRules } from './outgoing-webhooks';

/** The settings that a client may give. An absent field keeps its value, and null sets the default. */
export interface IncomingSettings extends SettingsOfBothDirections, AgreementSettings {}

export interface NewIncoming extends IncomingSettings {
  name: string;
  provider?: ProviderName | null;
  /** The given secret; null: a random one, unless the partner issues secrets. */
  secret?: string | null;
}

/** @returns the webhook, its secret and the token of its address. Secret and token are never shown again. */
export async function createIncomingWebhook(
  db: Db,
  viewer: Viewer,
  rules: WebhookRules,
  input: NewIncoming,
  act: SettingsAct = {},
): Promise<{ webhook: WebhookRow; secret: string | null; token: string }> {
  const name = input.provider ?? 'STANDARD_WEBHOOKS';
  const provider = PROVIDERS[name];
  const webhook: WebhookRow = {
    ...newWebhook(viewer, 'INCOMING', input),
    documentType: input.documentType ?? provider.title,
  };
  refuseUnlessSystemManager(viewer, null, webhook);
  const partnerId = newId();
  const agreement = newAgreement(webhook.id, name, partnerId, input);
  await refuseAuditTargets(db, viewer, [], agreement.forwardTo);
  await refuseFaults(db, provider, rules, { verification: {}, ...input }, agreement, [
    ...directionFaults('INCOMING', input),
    ...ownSecretFaults(provider, input.secret ?? null),
  ]);
  await addWebhook(db, webhook, rules.leaving ?? 0);
  await insertPartner(db, partnerId, webhook);
  await insertAgreement(db, agreement);
  const token = await createIncomingToken(db, webhook.id);
  const { shown } = await createVerificationSecret(db, rules.keyring, webhook.id, provider, input.secret ?? null);
  await recordCreation(db, viewer, webhook, act);
  return { webhook, secret: shown, token };
}

function newAgreement(webhookId: string, name: ProviderName, userId: string, input: NewIncoming): AgreementRow {
  const provider = PROVIDERS[name];
  return {
    webhookId,
    provider: name,
    settings: '{}',
    toleranceSeconds: toleranceOf(provider),
    eventLocation: null,
    idLocation: null,
    referenceLocation: null,
    becomes: 'BUSINESS_EVENT',
    forwardTo: [],
    ...DEFAULT_ANSWER,
    ...agreementColumns(provider, input),
    userId,
    version: 1,
  };
}

// The user of the events that its calls become: the partner, whose own users are unknown here.
async function insertPartner(db: Db, id: string, webhook: WebhookRow): Promise<void> {
  const name = toNodeId('Webhook', webhook.id);
  const { name: fullName, createdAt, updatedAt } = webhook;
  await insertUser(db, { id, name, fullName, roles: [], active: true, createdAt, updatedAt });
}

/** @param before its row, locked */
export async function updateIncomingWebhook(
  db: Db,
  viewer: Viewer,
  rules: WebhookRules,
  before: WebhookRow,
  settings: IncomingSettings,
  act: SettingsAct = {},
): Promise<WebhookRow> {
  const was = await recordedSettings(db, before);
  const agreement = await getAgreement(db, before.id);
  const provider = PROVIDERS[agreement.provider];
  const changes: Partial<WebhookRow> = {
    ...columnsOfBothDirections(settings),
    ...(settings.documentType !== undefined && { documentType: settings.documentType ?? provider.title }),
  };
  const after = { ...before, ...changes, updatedAt: currentTime() };
  refuseUnlessSystemManager(viewer, before, after);
  const given = withKeptSettings(agreement, settings);
  const changed = agreementColumns(provider, given);
  await refuseAuditTargets(db, viewer, agreement.forwardTo, changed.forwardTo ?? agreement.forwardTo);
  await refuseFaults(db, provider, rules, given, { ...agreement, ...changed }, directionFaults('INCOMING', settings));
  await changeWebhook(db, before.id, { ...changes, updatedAt: after.updatedAt });
  await changeAgreement(db, before.id, { ...changed, version: agreement.version + 1 });
  if (after.name !== before.name) await renameUser(db, agreement.userId, before.name, after.name);
  return recordChange(db, viewer, after, was, act);
}

// A changed setting of `verification` leaves its other settings unchanged.
function withKeptSettings(agreement: AgreementRow, settings: IncomingSettings): IncomingSettings {
  if (!settings.verification) return settings;
  return { ...settings, verification: { ...JSON.parse(agreement.settings), ...settings.verification } };
}

function toleranceOf(provider: Provider): number {
  return provider.toleranceSeconds ?? DEFAULT_TOLERANCE_S;
}

const DEFAULT_ANSWER = { answerStatus: DEFAULT_ANSWER_STATUS, answerBody: null, answerType: null };

/** The columns of the given settings. */
function agreementColumns(provider: Provider, given: AgreementSettings): Partial<AgreementRow> {
  const { verification, toleranceSeconds, eventLocation, idLocation, referenceLocation, becomes, forwardTo, answer } =
    given;
  return {
    ...(verification !== undefined && { settings: JSON.stringify(withoutNulls(verification ?? {})) }),
    ...(toleranceSeconds !== undefined && { toleranceSeconds: toleranceSeconds ?? toleranceOf(provider) }),
    ...(eventLocation !== undefined && { eventLocation: placeText(eventLocation) }),
    ...(idLocation !== undefined && { idLocation: placeText(idLocation) }),
    ...(referenceLocation !== undefined && { referenceLocation: placeText(referenceLocation) }),
    ...(becomes !== undefined && { becomes: becomes ?? 'BUSINESS_EVENT' }),
    ...(forwardTo !== undefined && { forwardTo: [...new Set(forwardTo)].filter((id) => id !== null) }),
    ...(answer !== undefined && {
      answerStatus: answer?.statusCode ?? DEFAULT_ANSWER.answerStatus,
      answerBody: answer?.body ?? null,
      answerType: answer?.contentType ?? null,
    }),
  };
}

function withoutNulls(settings: object): object {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null && value !== undefined));
}

function placeText(place: Place | null): string | null {
  return place && JSON.stringify([place.from, place.name]);
}

async function refuseFaults(
  db: Db,
  provider: Provider,
  rules: WebhookRules,
  given: IncomingSettings,
  after: AgreementRow,
  found: UserError[],
): Promise<void> {
  const faults = [
    ...found,
    ...agreementFaults(provider, given, after),
    ...(await targetFaults(db, given.forwardTo ?? [])),
    ...certificateFaults(provider, rules),
    ...(await settingFaults(db, given)),
  ];
  if (faults.length > 0) throw new InputError(faults);
}

function certificateFaults(provider: Provider, { clientCertHeader }: WebhookRules): UserError[] {
  if (provider !== PROVIDERS.MTLS || clientCertHeader !== null) return [];
  const message =
    'MTLS needs a reverse proxy that checks certificates, and CLIENT_CERT_HEADER with the name of the header in ' +
    'which it passes them on.';
  return [{ field: ['provider'], code: 'INVALID', message }];
}

async function targetFaults(db: Db, forwardTo: readonly (string | null)[]): Promise<UserError[]> {
  const known = await webhooksById(
    db,
    forwardTo.filter((id) => id !== null),
  );
  return forwardTo.flatMap((id, index): UserError[] => {
    const field = ['forwardTo', String(index)];
    const target = id === null ? undefined : known.get(id);
    if (!target) return [{ field, code: 'NOT_FOUND', message: `${field.join('.')} is not the id of a webhook.` }];
    if (target.direction === 'OUTGOING' && target.status !== 'ARCHIVED') return [];
    const what = target.direction === 'OUTGOING' ? 'archived' : 'INCOMING';
    return [
      {
        field,
        code: 'INVALID',
        message: `${target.name} is ${what}: calls are forwarded only to OUTGOING webhooks that are not archived.`,
      },
    ];
  });
}
