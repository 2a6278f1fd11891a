// The credentials of a webhook in a file, which have no secrets: a stored secret is kept, and one that is missing is taken
// from those that were given beside the file.
import { isDeepStrictEqual } from 'node:util';
import { quoted, type UserError } from '../../errors/errors';
import { isObject } from '../../json/json-form';
import type { Keyring } from '../../keyring/keyring';
import { currentTime } from '../../time/clock';
import { readCertificate } from '../credentials/credential-rules';
import { type CertificatePair, decryptCredential, INPUT_FIELDS, settingsOf } from '../credentials/credential-settings';
import type { CredentialsInput } from '../credentials/save-credentials';
import type { CredentialRow } from '../credentials/webhook-credential.store';

/** What a caller gives beside the file for one webhook. */
export interface GivenSecrets {
  secret?: string | null;
  frappeSecret?: string | null;
  secretHeaders?: { name: string; value?: string | null }[] | null;
  basicAuthPassword?: string | null;
  oauth2ClientSecret?: string | null;
  clientCertificate?: CertificatePair | null;
  proxyPassword?: string | null;
}

export const CREDENTIAL_FIELDS = Object.values(INPUT_FIELDS);

/** The fields of a file that would have secrets. */
const SECRET_FIELDS: readonly (readonly [field: string, member: string | null, given: keyof GivenSecrets])[] = [
  ['secret', null, 'secret'],
  ['frappeSecret', null, 'frappeSecret'],
  ['basicAuth', 'password', 'basicAuthPassword'],
  ['oauth2', 'clientSecret', 'oauth2ClientSecret'],
  ['proxy', 'password', 'proxyPassword'],
  ['clientCertificate', 'certificate', 'clientCertificate'],
  ['clientCertificate', 'privateKey', 'clientCertificate'],
];

/** Secrets do not belong into a file, which may be kept where many can read it. No message repeats one. */
export function secretsInFile(settings: Record<string, unknown>): UserError[] {
  const fault = (field: string[], given: keyof GivenSecrets): UserError => {
    const message = `${field.join('.')} is a secret, which a file never has: remove it here, and give ${given} in secrets.`;
    return { field, code: 'INVALID', message };
  };
  const faults = SECRET_FIELDS.flatMap(([field, member, given]) => {
    const value = settings[field];
    if (member === null) return value === undefined ? [] : [fault([field], given)];
    return isObject(value) && member in value ? [fault([field, member], given)] : [];
  });
  const headers = Array.isArray(settings.secretHeaders) ? settings.secretHeaders : [];
  headers.forEach((header, index) => {
    if (isObject(header) && 'value' in header) {
      faults.push(fault(['secretHeaders', String(index), 'value'], 'secretHeaders'));
    }
  });
  return [...faults, ...subjectFaults(settings.clientCertificate)];
}

function subjectFaults(certificate: unknown): UserError[] {
  if (certificate === undefined || certificate === null) return [];
  const names = isObject(certificate) ? Object.keys(certificate) : [];
  if (isObject(certificate) && typeof certificate.subject === 'string') {
    const unknown = names.find((name) => !['subject', 'certificate', 'privateKey'].includes(name));
    if (unknown === undefined) return [];
  }
  const message =
    'clientCertificate has only the field subject in a file, with the subject of the certificate as text.';
  return [{ field: ['clientCertificate'], code: 'INVALID', message }];
}

/** The settings in the form of CreateWebhookInput: with the given secrets, and empty ones where none is given. */
export function withSecrets(settings: Record<string, unknown>, given: GivenSecrets): Record<string, unknown> {
  const { basicAuth, oauth2, proxy, clientCertificate } = settings;
  const proxyPassword = isObject(proxy) && proxy.username ? (given.proxyPassword ?? '') : null;
  return {
    ...settings,
    ...(isObject(basicAuth) && { basicAuth: { ...basicAuth, password: given.basicAuthPassword ?? '' } }),
    ...(isObject(oauth2) && { oauth2: { ...oauth2, clientSecret: given.oauth2ClientSecret ?? '' } }),
    ...(isObject(proxy) && { proxy: { ...proxy, password: proxyPassword } }),
    ...(isObject(clientCertificate) && {
      clientCertificate: given.clientCertificate ?? { certificate: '', privateKey: '' },
    }),
  };
}

export interface Wanted {
  name: string;
  /** The settings as `withSecrets` returned them, coerced. */
  wanted: CredentialsInput;
  /** The subject of the client certificate of the file. */
  subject: string | null;
  given: GivenSecrets;
  stored: readonly CredentialRow[];
  /** Whether credentials must be given again: the file leads to another host, or trusts other authorities. */
  mustGiveAgain: boolean;
  keyring: Keyring;
}

export interface CredentialPlan {
  /** The changes to make. */
  input: CredentialsInput;
  faults: UserError[];
  /** The given secrets that are used, by the names of GivenSecrets; of a header, `secretHeaders.<name in lower case>`. */
  used: Set<string>;
}

/** Which of the stored credentials are replaced. */
export function planFileCredentials(it: Wanted): CredentialPlan {
  const plan: CredentialPlan = { input: {}, faults: [], used: new Set() };
  const shown = it.stored.map(settingsOf);
  const basic = shown.find(({ kind }) => kind === 'BASIC');
  const oauth2 = shown.find((each) => each.kind === 'OAUTH2');
  const certificate = shown.find(({ kind }) => kind === 'CERTIFICATE');
  const proxy = shown.find((each) => each.kind === 'PROXY');
  planHeaders(it, plan);
  planOne(it, plan, 'basicAuth', basic, 'basicAuthPassword', (file) => file.username === basic?.name);
  planOne(it, plan, 'oauth2', oauth2, 'oauth2ClientSecret', ({ clientSecret: _, ...file }) => {
    const { tokenUrl, name: clientId, scope, audience, clientAuthentication } = oauth2 ?? {};
    const empty = { scope: null, audience: null };
    return isDeepStrictEqual({ ...empty, ...file }, { tokenUrl, clientId, scope, audience, clientAuthentication });
  });
  planOne(it, plan, 'clientCertificate', certificate, 'clientCertificate', () => it.subject === certificate?.name);
  const username = it.wanted.proxy?.username || null;
  planOne(it, plan, 'proxy', proxy, username === null ? null : 'proxyPassword', (file) => {
    return file.url === proxy?.proxyUrl && username === (proxy?.name || null);
  });
  planAuthorities(it, plan);
  checkSubject(it, plan);
  return plan;
}

function planHeaders({ name, wanted, given, stored, mustGiveAgain }: Wanted, { input, faults, used }: CredentialPlan) {
  if (wanted.secretHeaders === undefined) return;
  const headers = wanted.secretHeaders ?? [];
  const known = stored.filter(({ kind }) => kind === 'HEADER').map((row) => settingsOf(row).name.toLowerCase());
  const names = headers.map((header) => header.name.toLowerCase());
  const kept = (header: string) => known.includes(header) && !mustGiveAgain;
  if (names.length === known.length && names.every(kept) && new Set(names).size === names.length) return;
  input.secretHeaders = headers.map((header, index) => {
    const key = header.name.toLowerCase();
    if (kept(key)) return { name: header.name };
    const value = given.secretHeaders?.find((each) => each.name.toLowerCase() === key)?.value ?? null;
    if (value === null) faults.push(missing(name, ['secretHeaders', String(index), 'value'], 'secretHeaders'));
    used.add(`secretHeaders.${key}`);
    return { name: header.name, value };
  });
}

function planOne<Field extends Exclude<(typeof CREDENTIAL_FIELDS)[number], 'secretHeaders' | 'caCertificates'>>(
  { name, wanted, given, mustGiveAgain }: Wanted,
  { input, faults, used }: CredentialPlan,
  field: Field,
  stored: { kind: string } | undefined,
  secret: keyof GivenSecrets | null,
  isSame: (file: NonNullable<CredentialsInput[Field]>) => boolean,
): void {
  const file = wanted[field];
  if (file === undefined || (file === null && stored === undefined)) return;
  if (file === null) {
    input[field] = null as CredentialsInput[Field];
    return;
  }
  // a proxy is no credential of the partner: it is kept for another host
  if (stored && isSame(file) && (field === 'proxy' || !mustGiveAgain)) return;
  input[field] = file;
  if (secret === null) return;
  used.add(secret);
  if (given[secret] === null || given[secret] === undefined) faults.push(missing(name, [field], secret));
}

function planAuthorities({ wanted, stored, keyring }: Wanted, { input }: CredentialPlan): void {
  const file = wanted.caCertificates;
  if (file === undefined) return;
  if (!isOtherTrust(file, stored, keyring)) return;
  input.caCertificates = file;
}

/** Whether these authorities are not those that are trusted now. */
export function isOtherTrust(
  file: readonly string[] | null,
  stored: readonly CredentialRow[],
  keyring: Keyring,
): boolean {
  const row = stored.find(({ kind }) => kind === 'AUTHORITIES');
  const now: string[] = row ? JSON.parse(decryptCredential(keyring, row)) : [];
  return !isDeepStrictEqual([...new Set((file ?? []).map((text) => text.trim()))], now);
}

// else the next import would ask for the certificate again
function checkSubject({ subject, given }: Wanted, { input, faults }: CredentialPlan): void {
  if (!input.clientCertificate || !given.clientCertificate) return;
  const checked = readCertificate(given.clientCertificate, currentTime());
  if ('field' in checked || checked.subject === subject) return;
  const message = `clientCertificate.subject is ${quoted(subject)}, but the given certificate is for ${checked.subject}.`;
  faults.push({ field: ['clientCertificate', 'subject'], code: 'CONFLICT', message });
}

function missing(name: string, field: string[], given: keyof GivenSecrets): UserError {
  const message =
    `${field[0]}: nothing is stored for it that may be sent to this host. Give it beside the file, ` +
    `secrets: [{ webhookName: ${JSON.stringify(name)}, ${given}: ... }], or remove ${field[0]} from the file to leave it as it is.`;
  return { field, code: 'REQUIRED', message };
}
