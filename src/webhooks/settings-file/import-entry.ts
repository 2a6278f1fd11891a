// Creates or changes one webhook as a file says.
import { isDeepStrictEqual } from 'node:util';
import type { Viewer } from '../../access/viewer';
import { InputError, quoted, type UserError } from '../../errors/errors';
import { isObject } from '../../json/json-form';
import type { Db } from '../../sql/db';
import { toNodeId, uuidOf } from '../../values/ids';
import { PROVIDERS } from '../../verification/providers/providers';
import { createIncomingWebhook, type IncomingSettings, type NewIncoming } from '../changes/incoming-webhooks';
import { createWebhook, type WebhookSettings } from '../changes/outgoing-webhooks';
import { type ChangeServices, changeSettings } from '../changes/webhook-lifecycle';
import { originOf } from '../credentials/shown-url';
import { credentialsOfWebhooks } from '../credentials/webhook-credential.store';
import { DEFAULT_SIGNATURES } from '../signing/signing-secret';
import type { SettingsAct } from '../versions/record-settings';
import { allOfVerification, differencesOf, recordedSettings } from '../versions/recorded-settings';
import type { Direction } from '../webhook.entity';
import { type WebhookRow, webhooksById } from '../webhook.store';
import {
  CREDENTIAL_FIELDS,
  type CredentialPlan,
  type GivenSecrets,
  isOtherTrust,
  planFileCredentials,
  secretsInFile,
  withSecrets,
} from './file-credentials';
import type { ImportedWebhook } from './import-plan';
import type { FileWebhook } from './settings-document';

/** CreateWebhookInput, but `forwardTo` has names, and there is no owner. */
export type ReadSettings = Omit<WebhookSettings, 'ownerId'> &
  Omit<NewIncoming, 'forwardTo' | 'ownerId'> & { name: string; direction: Direction; forwardTo?: string[] | null };

export interface EntryRules {
  viewer: Viewer;
  services: ChangeServices & { addressOfToken(token: string): string };
  act: SettingsAct;
  /** Checks types and values. @throws InputError with paths below the settings */
  read(settings: Record<string, unknown>): ReadSettings;
  owners: ReadonlyMap<string, string>;
  /** The ids of webhooks by name, as they are so far. */
  ids: Map<string, string[]>;
  /** The names of entries that have faults. */
  failed: ReadonlySet<string>;
}

export const NOTHING_NEW = { secret: null, publicKey: null, frappeSecret: null, token: null, address: null };

/**
 * @param before its row, locked; null: it is new
 * @returns null: it depends on an entry that has faults. @throws InputError with paths below the entry
 */
export async function importEntry(
  db: Db,
  rules: EntryRules,
  entry: FileWebhook,
  before: WebhookRow | null,
  given: GivenSecrets,
): Promise<ImportedWebhook | null> {
  const { owner, ...file } = entry.settings;
  refuse([...secretsInFile(file), ...ownerFaults(owner, file, rules.owners)]);
  const direction = before?.direction ?? 'OUTGOING';
  const read = rules.read(withSecrets({ direction, ...file, name: entry.name }, given));
  if (before) await refuseFixed(db, before, read, file);
  const targets = await findTargets(db, rules, before, read.forwardTo);
  if (targets === null) return null;
  const ownerId = typeof owner === 'string' ? rules.owners.get(owner) : undefined;
  const settings = {
    ...withoutCredentials(read),
    ...(ownerId !== undefined && { ownerId }),
    ...targets,
    ...(read.verification !== undefined && { verification: allOfVerification(read.verification ?? {}) }),
  };
  const credentials = await credentialPlan(db, rules, before, read, file, given);
  const imported = before
    ? await update(db, rules, before, settings, credentials)
    : await create(db, rules, settings, credentials, given);
  return { ...imported, unusedSecrets: unusedSecrets(given, credentials.used) };
}

type OwnSettings = Omit<ReadSettings, 'forwardTo'> & { ownerId?: string; forwardTo?: string[] };

async function create(
  db: Db,
  { viewer, services, act }: EntryRules,
  settings: OwnSettings,
  { input, used }: CredentialPlan,
  { secret = null, frappeSecret = null }: GivenSecrets,
): Promise<Omit<ImportedWebhook, 'unusedSecrets'>> {
  used.add('secret').add('frappeSecret');
  const { direction, provider = null, ...rest } = settings;
  const given = { ...rest, ...input, secret, frappeSecret, provider };
  const isIncoming = direction === 'INCOMING';
  const created = isIncoming
    ? await createIncomingWebhook(db, viewer, services.webhookRules, given, act)
    : await createWebhook(db, viewer, services.webhookRules, given, act);
  const { webhook, ...shown } = created;
  const all = differencesOf({}, await recordedSettings(db, webhook)).filter(({ after }) => after !== null);
  const token = 'token' in shown ? shown.token : null;
  const form = PROVIDERS[provider ?? 'STANDARD_WEBHOOKS'].secret;
  return {
    ...NOTHING_NEW,
    ...shown,
    name: webhook.name,
    action: 'CREATED',
    before: null,
    webhook,
    changes: all,
    secretMissing: isIncoming && form !== null && secret === null && shown.secret === null,
    address: token === null ? null : services.addressOfToken(token),
  };
}

async function update(
  db: Db,
  { viewer, services, act }: EntryRules,
  before: WebhookRow,
  { direction: _direction, provider: _provider, ...settings }: OwnSettings,
  { input }: CredentialPlan,
): Promise<Omit<ImportedWebhook, 'unusedSecrets'>> {
  const recorded = await recordedSettings(db, before);
  const signatures = settings.signatures === null ? { signatures: [...DEFAULT_SIGNATURES] } : {};
  const wanted = { ...settings, ...signatures };
  const differs = ([name, value]: [string, unknown]) =>
    !isDeepStrictEqual(asRecorded(name, value) ?? null, recorded[name] ?? null);
  const changed = { ...Object.fromEntries(Object.entries(wanted).filter(differs)), ...input };
  const unchanged = {
    ...NOTHING_NEW,
    name: settings.name,
    action: 'UNCHANGED' as const,
    before,
    webhook: before,
    changes: [],
    secretMissing: false,
  };
  if (Object.keys(changed).length === 0) return unchanged;
  const given = changed as WebhookSettings & IncomingSettings;
  const { webhook, ...shown } = await changeSettings(db, viewer, services, before, given, act);
  const changes = differencesOf(recorded, await recordedSettings(db, webhook));
  const action = changes.length > 0 ? 'UPDATED' : 'UNCHANGED';
  return { ...unchanged, ...shown, webhook, changes, action };
}

/** A given setting in the form of RecordedSettings. */
function asRecorded(name: string, value: unknown): unknown {
  if (name === 'ownerId') return toNodeId('User', String(value));
  if (name === 'forwardTo') return (value as string[]).map((id) => toNodeId('Webhook', id));
  if (name !== 'verification') return value;
  return Object.fromEntries(Object.entries(value as object).filter(([, each]) => each !== null));
}

function withoutCredentials({ forwardTo: _, ...read }: ReadSettings): Omit<ReadSettings, 'forwardTo'> {
  const rest = Object.entries(read).filter(([name]) => !CREDENTIAL_FIELDS.some((field) => field === name));
  return Object.fromEntries(rest) as Omit<ReadSettings, 'forwardTo'>;
}

async function credentialPlan(
  db: Db,
  { services }: EntryRules,
  before: WebhookRow | null,
  read: ReadSettings,
  file: Record<string, unknown>,
  given: GivenSecrets,
): Promise<CredentialPlan> {
  const { keyring } = services.webhookRules;
  const stored = before ? await credentialsOfWebhooks(db, [before.id]) : [];
  const isOtherHost = before !== null && read.url !== undefined && originOf(read.url) !== originOf(before.url);
  const hasOtherTrust = read.caCertificates ? isOtherTrust(read.caCertificates, stored, keyring) : false;
  const certificate = file.clientCertificate;
  const subject = isObject(certificate) ? String(certificate.subject) : null;
  const it = { name: read.name, wanted: read, subject, given, stored, keyring };
  const plan = planFileCredentials({ ...it, mustGiveAgain: isOtherHost || hasOtherTrust });
  // a proxy reads what is sent over http
  const urls = [read.url ?? before?.url, read.oauth2?.tokenUrl];
  const isPlain = urls.some((each) => each?.toLowerCase().startsWith('http://'));
  const final = plan.input.proxy && isPlain ? planFileCredentials({ ...it, mustGiveAgain: true }) : plan;
  refuse(final.faults);
  return final;
}

function ownerFaults(owner: unknown, file: Record<string, unknown>, owners: ReadonlyMap<string, string>): UserError[] {
  if ('ownerId' in file) {
    const message = 'ownerId is an id of one Hookledger: a file has owner, the name of the user.';
    return [{ field: ['ownerId'], code: 'INVALID', message }];
  }
  if (owner === undefined || (typeof owner === 'string' && owners.has(owner))) return [];
  if (typeof owner !== 'string') {
    return [{ field: ['owner'], code: 'INVALID', message: 'owner must be the name of a user, as text.' }];
  }
  const message =
    `There is no user ${quoted(owner)}: create the user, name another one, or remove owner, which leaves the ` +
    'owner as it is and makes you the owner of a new webhook.';
  return [{ field: ['owner'], code: 'NOT_FOUND', message }];
}

async function refuseFixed(
  db: Db,
  before: WebhookRow,
  read: ReadSettings,
  file: Record<string, unknown>,
): Promise<void> {
  const fault = (field: string, given: unknown, now: unknown): UserError => ({
    field: [field],
    code: 'CONFLICT',
    message: `${field} is ${given}, and ${before.name} has ${now}, which cannot be changed: archive it and create another.`,
  });
  if (read.direction !== before.direction) refuse([fault('direction', read.direction, before.direction)]);
  if (before.direction !== 'INCOMING' || file.provider === undefined) return;
  const { provider } = await recordedSettings(db, before);
  const given = read.provider ?? 'STANDARD_WEBHOOKS';
  if (given !== provider) refuse([fault('provider', given, provider)]);
}

async function findTargets(
  db: Db,
  { ids, failed }: EntryRules,
  before: WebhookRow | null,
  names: string[] | null | undefined,
): Promise<{ forwardTo?: string[] } | null> {
  if (names === undefined) return {};
  const faults: UserError[] = [];
  const current = before?.direction === 'INCOMING' ? await currentTargets(db, before) : new Map<string, string>();
  const found = (names ?? []).map((name, index) => {
    const same = ids.get(name) ?? [];
    // a target that has been archived since is left as it is
    const id = same.length === 1 ? same[0] : same.length === 0 ? current.get(name) : undefined;
    if (id !== undefined || failed.has(name)) return id;
    const field = ['forwardTo', String(index)];
    const many = `${same.length} webhooks have this name: give each a name of its own`;
    const why = same.length > 1 ? many : 'no webhook has this name: add it to the file or create it';
    faults.push({
      field,
      code: same.length > 1 ? 'CONFLICT' : 'NOT_FOUND',
      message: `${field.join('.')} is ${quoted(name)}: ${why}.`,
    });
    return undefined;
  });
  refuse(faults);
  return found.includes(undefined) ? null : { forwardTo: found.filter((id) => id !== undefined) };
}

async function currentTargets(db: Db, before: WebhookRow): Promise<Map<string, string>> {
  const { forwardTo } = await recordedSettings(db, before);
  const ids = (forwardTo as string[]).map((id) => uuidOf('Webhook', id) as string);
  return new Map([...(await webhooksById(db, ids)).values()].map(({ name, id }) => [name, id]));
}

function unusedSecrets(given: GivenSecrets, used: ReadonlySet<string>): string[] {
  const { secretHeaders, ...others } = given;
  const names = Object.entries(others).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [name],
  );
  const headers = (secretHeaders ?? []).map(({ name }) => `secretHeaders.${name.toLowerCase()}`);
  return [...names, ...headers].filter((name) => !used.has(name)).sort();
}

function refuse(faults: UserError[]): void {
  if (faults.length > 0) throw new InputError(faults);
}
