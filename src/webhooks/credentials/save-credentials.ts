// The credentials that are sent to the partner, and how it is reached. They are saved with the webhook and opened by delivery/.

import type { UserError } from '../../errors/errors';
import type { Keyring } from '../../keyring/keyring';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { newId, timeOfId } from '../../values/ids';
import type { TargetPolicy } from '../request/target-url';
import { checkAuthorities, type ProxySettings, proxyFaults } from './connection-rules';
import {
  type BasicAuth,
  basicAuthFaults,
  type CheckedCertificate,
  type OAuth2,
  oauth2Faults,
  readCertificate,
  type SecretHeader,
  secretHeaderFaults,
} from './credential-rules';
import {
  type CertificatePair,
  encryptCredential,
  INPUT_FIELDS,
  isForPartner,
  type Settings,
  settingsOf,
} from './credential-settings';
import { originOf } from './shown-url';
import {
  type CredentialRow,
  credentialsOfWebhooks,
  deleteCredentials,
  insertCredential,
} from './webhook-credential.store';

/** Absent: unchanged; null: removed; a value: replaced. */
export interface CredentialsInput {
  /** The complete list. */
  secretHeaders?: SecretHeader[] | null;
  basicAuth?: BasicAuth | null;
  oauth2?: OAuth2 | null;
  clientCertificate?: CertificatePair | null;
  proxy?: ProxySettings | null;
  /** PEM; the complete list. */
  caCertificates?: string[] | null;
}

interface NewCredential {
  settings: Settings;
  secret: string;
}

/** A plan of changes, or its faults. */
export interface CredentialChanges {
  faults: UserError[];
  removed: string[];
  added: NewCredential[];
}

interface Rules {
  keyring: Keyring;
  targetPolicy: TargetPolicy;
}

/** The webhook after the change. */
interface Owner {
  url: string | null;
  /** JSON array of [name, Liquid template]. */
  headers: string;
}

/** @param before the webhook, whose row is locked; null: it is being created */
export async function planCredentials(
  db: Db,
  rules: Rules,
  before: { id: string; url: string | null } | null,
  owner: Owner,
  input: CredentialsInput,
): Promise<CredentialChanges> {
  const stored = before === null ? [] : await credentialsOfWebhooks(db, [before.id]);
  const changes: CredentialChanges = { faults: [], removed: [], added: [] };
  const origin = originOf(owner.url);
  planHeaders(changes, stored, origin, input.secretHeaders);
  planOne(changes, stored, 'BASIC', input.basicAuth, (basicAuth) => ({
    faults: basicAuthFaults(basicAuth),
    credential: () => ({ settings: { kind: 'BASIC', name: basicAuth.username, origin }, secret: basicAuth.password }),
  }));
  planOne(changes, stored, 'OAUTH2', input.oauth2, (oauth2) => ({
    faults: oauth2Faults(oauth2, rules.targetPolicy),
    credential: () => oauth2Credential(oauth2, origin),
  }));
  planOne(changes, stored, 'CERTIFICATE', input.clientCertificate, (given) => {
    const checked = readCertificate(given, currentTime());
    if ('field' in checked) return { faults: [checked], credential: null };
    return { faults: [], credential: () => certificateCredential(checked, origin) };
  });
  planConnection(changes, stored, rules, input);
  if (changes.faults.length === 0) changes.faults = conflicts(changes, stored, owner, input);
  if (before !== null && origin !== originOf(before.url))
    changes.faults.push(...keptForOtherHost(changes.removed, stored));
  changes.faults.push(...otherTrust(changes, stored, owner, input));
  return changes;
}

function planConnection(
  changes: CredentialChanges,
  stored: readonly CredentialRow[],
  rules: Rules,
  { proxy, caCertificates }: CredentialsInput,
): void {
  planOne(changes, stored, 'PROXY', proxy, (given) => ({
    faults: proxyFaults(given, rules.targetPolicy),
    credential: () => {
      const settings = { kind: 'PROXY' as const, name: given.username ?? '', origin: null, proxyUrl: given.url };
      return { settings, secret: given.password ?? '' };
    },
  }));
  const authorities = caCertificates?.length === 0 ? null : caCertificates;
  planOne(changes, stored, 'AUTHORITIES', authorities, (given) => {
    const checked = checkAuthorities(given, currentTime());
    if ('field' in checked) return { faults: [checked], credential: null };
    const settings = { kind: 'AUTHORITIES' as const, name: '', origin: null, certificates: checked.shown };
    return { faults: [], credential: () => ({ settings, secret: JSON.stringify(checked.pem) }) };
  });
}

function otherTrust(
  { removed, added }: CredentialChanges,
  stored: readonly CredentialRow[],
  { url }: Owner,
  { proxy, caCertificates }: CredentialsInput,
): UserError[] {
  if (caCertificates && caCertificates.length > 0) return keptForOtherTrust('caCertificates', removed, stored);
  const kept = stored.filter((row) => !removed.includes(row.id)).map(settingsOf);
  const urls = [...kept, ...added.map(({ settings }) => settings)].map((each) =>
    each.kind === 'OAUTH2' ? each.tokenUrl : null,
  );
  const isPlain = [url, ...urls].some((each) => each?.toLowerCase().startsWith('http://'));
  return proxy && isPlain ? keptForOtherTrust('proxy', removed, stored) : [];
}

/** Carries out a plan without faults. */
export async function saveCredentials(
  db: Db,
  keyring: Keyring,
  webhookId: string,
  { removed, added }: CredentialChanges,
): Promise<void> {
  if (removed.length > 0) await deleteCredentials(db, removed);
  for (const { settings, secret } of added) {
    const id = newId();
    const { kind, ...rest } = settings;
    const encrypted = encryptCredential(keyring, id, secret);
    await insertCredential(db, {
      id,
      webhookId,
      kind,
      settings: JSON.stringify(rest),
      ...encrypted,
      createdAt: timeOfId(id),
    });
  }
}

function planHeaders(
  changes: CredentialChanges,
  stored: readonly CredentialRow[],
  origin: string | null,
  given: SecretHeader[] | null | undefined,
): void {
  if (given === undefined) return;
  const headers = given ?? [];
  const known = new Map(ofKind(stored, 'HEADER').map((row) => [settingsOf(row).name.toLowerCase(), row.id]));
  changes.faults.push(...secretHeaderFaults(headers, [...known.keys()]));
  const kept = headers.filter(({ value = null }) => value === null).map(({ name }) => known.get(name.toLowerCase()));
  changes.removed.push(...[...known.values()].filter((id) => !kept.includes(id)));
  for (const { name, value = null } of headers) {
    if (value !== null) changes.added.push({ settings: { kind: 'HEADER', name, origin }, secret: value });
  }
}

// for the kinds of which a webhook has at most one credential
function planOne<Given>(
  changes: CredentialChanges,
  stored: readonly CredentialRow[],
  kind: Settings['kind'],
  given: Given | null | undefined,
  plan: (given: Given) => { faults: UserError[]; credential: (() => NewCredential) | null },
): void {
  if (given === undefined) return;
  changes.removed.push(...ofKind(stored, kind).map((row) => row.id));
  if (given === null) return;
  const { faults, credential } = plan(given);
  changes.faults.push(...faults);
  if (faults.length > 0 || credential === null) return;
  changes.added.push(credential());
}

function oauth2Credential(oauth2: OAuth2, origin: string | null): NewCredential {
  const { tokenUrl, clientId, clientSecret, scope = null, audience = null } = oauth2;
  const clientAuthentication = oauth2.clientAuthentication ?? 'BASIC';
  const settings = { kind: 'OAUTH2' as const, name: clientId, origin, tokenUrl, scope, audience, clientAuthentication };
  return { settings, secret: clientSecret };
}

function certificateCredential({ pair, subject, expiresAt }: CheckedCertificate, origin: string | null): NewCredential {
  const settings = { kind: 'CERTIFICATE' as const, name: subject, origin, expiresAt: expiresAt.toISOString() };
  return { settings, secret: JSON.stringify(pair) };
}

function ofKind(rows: readonly CredentialRow[], kind: Settings['kind']): CredentialRow[] {
  return rows.filter((row) => row.kind === kind);
}

/** Refuses two settings that set the same header. The fault names the one that was given now. */
function conflicts(
  { removed, added }: CredentialChanges,
  stored: readonly CredentialRow[],
  { headers }: Owner,
  input: CredentialsInput,
): UserError[] {
  const kept = stored.filter((row) => !removed.includes(row.id)).map(settingsOf);
  const all = [...kept, ...added.map(({ settings }) => settings)];
  const plain = new Set((JSON.parse(headers) as [string, string][]).map(([name]) => name.toLowerCase()));
  const authors = [
    ...[...plain].map((header) => ({ field: 'headers', header })),
    ...all.flatMap((settings) => authorsOf(settings)),
  ];
  const clash = authors.find(({ header }, index) => authors.findIndex((each) => each.header === header) < index);
  if (!clash) return [];
  const fields = authors.filter(({ header }) => header === clash.header).map(({ field }) => field);
  const field = fields.findLast((each) => input[each as keyof CredentialsInput]) ?? 'headers';
  const message = `Both ${fields[0]} and ${fields[1]} set the header ${clash.header}: remove one of them (null).`;
  return [{ field: [field], code: 'CONFLICT', message }];
}

function authorsOf({ kind, name }: Settings): { field: keyof CredentialsInput; header: string }[] {
  if (kind === 'CERTIFICATE' || !isForPartner({ kind })) return [];
  return [{ field: INPUT_FIELDS[kind], header: kind === 'HEADER' ? name.toLowerCase() : 'authorization' }];
}

// What must be given again when it could reach another server.

/**
 * A fault if credentials would be sent to another host than the one they were given for. Otherwise a user who may change
 * a webhook could read its secrets by sending them to another server.
 * @param removed the ids of the credentials that the same change removes or replaces
 */
function keptForOtherHost(removed: readonly string[], stored: readonly CredentialRow[]): UserError[] {
  const fields = keptFields(removed, stored);
  if (fields === '') return [];
  const message =
    `url leads to another scheme, host or port, to which stored credentials are not sent: give ${fields} again in ` +
    'the same call, with the secrets, or null to remove them.';
  return [{ field: ['url'], code: 'CONFLICT', message }];
}

/**
 * A fault if credentials would be sent over a connection on which another server could pose as the partner: with other
 * authorities, or through another proxy without encryption. Otherwise a user who may change a webhook could read its
 * secrets with a certificate authority and a proxy of their own.
 */
function keptForOtherTrust(
  field: 'proxy' | 'caCertificates',
  removed: readonly string[],
  stored: readonly CredentialRow[],
): UserError[] {
  const fields = keptFields(removed, stored);
  if (fields === '') return [];
  const why = field === 'proxy' ? 'reads what is sent over http' : 'decides which servers get the stored credentials';
  const message = `${field} ${why}: give ${fields} again in the same call, with the secrets, or null to remove them.`;
  return [{ field: [field], code: 'CONFLICT', message }];
}

function keptFields(removed: readonly string[], stored: readonly CredentialRow[]): string {
  const kept = stored.filter((row) => isForPartner(row) && !removed.includes(row.id));
  return [...new Set(kept.map(({ kind }) => INPUT_FIELDS[kind]))].join(', ');
}
