// Checks given credentials. No message repeats a secret.

import { createPrivateKey, KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { UserError } from '../../errors/errors';
import { isTemplate } from '../../templating/liquid-template';
import { textFault, withCommas } from '../../values/text';
import { headerMessage } from '../request/request-rules';
import { checkTargetUrl, type TargetPolicy } from '../request/target-url';
import {
  MAX_CLIENT_ID_CHARACTERS,
  MAX_PEM_CHARACTERS,
  MAX_SCOPE_CHARACTERS,
  MAX_SECRET_CHARACTERS,
  MAX_SECRET_HEADERS,
  MAX_USER_NAME_CHARACTERS,
} from '../setting-limits';
import type { CertificatePair, ClientAuthentication } from './credential-settings';

export interface SecretHeader {
  name: string;
  /** null keeps the stored value of this name. */
  value?: string | null;
}

export interface BasicAuth {
  username: string;
  password: string;
}

export interface OAuth2 {
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scope?: string | null;
  audience?: string | null;
  clientAuthentication?: ClientAuthentication | null;
}

/** The faults of the given list. @param stored the names that have a stored value */
export function secretHeaderFaults(headers: readonly SecretHeader[], stored: readonly string[]): UserError[] {
  if (headers.length > MAX_SECRET_HEADERS) {
    const message = `secretHeaders has ${headers.length} headers; at most ${MAX_SECRET_HEADERS} are allowed.`;
    return [{ field: ['secretHeaders'], code: 'TOO_LARGE', message }];
  }
  const names = headers.map(({ name }) => name.toLowerCase());
  return headers.flatMap((header, index) => {
    const field = ['secretHeaders', String(index)];
    if (names.indexOf(header.name.toLowerCase()) < index) {
      const message = `The header ${header.name} is given twice: a request contains it once.`;
      return [{ field: [...field, 'name'], code: 'CONFLICT' as const, message }];
    }
    return headerFaults(header, field, stored.includes(header.name.toLowerCase()));
  });
}

function headerFaults({ name, value = null }: SecretHeader, field: string[], isStored: boolean): UserError[] {
  const nameFault = textFault(name, [...field, 'name']) ?? sendable(name, '', [...field, 'name']);
  if (nameFault) return [nameFault];
  if (value === null && isStored) return [];
  const valueField = [...field, 'value'];
  const found = secretFault(value, valueField) ?? sendable(name, value ?? '', valueField) ?? edges(value, valueField);
  return found ? [found] : [];
}

function sendable(name: string, value: string, field: string[]): UserError | null {
  const message = headerMessage(name, value);
  return message === null ? null : { field, code: 'INVALID', message };
}

// HTTP removes white space around a value, so that the partner would receive another secret
function edges(value: string | null, field: string[]): UserError | null {
  if (value === value?.trim()) return null;
  return { field, code: 'INVALID', message: `${field.join('.')} begins or ends with white space: remove it.` };
}

export function basicAuthFaults({ username, password }: BasicAuth): UserError[] {
  const field = ['basicAuth', 'username'];
  const faults = [
    secretFault(username, field, MAX_USER_NAME_CHARACTERS, true),
    username.includes(':')
      ? { field, code: 'INVALID' as const, message: 'basicAuth.username must not hold a ":".' }
      : null,
    secretFault(password, ['basicAuth', 'password'], MAX_SECRET_CHARACTERS, true),
    username + password === '' ? required(['basicAuth', 'password']) : null,
  ];
  return faults.filter((fault) => fault !== null);
}

export function oauth2Faults(oauth2: OAuth2, policy: TargetPolicy): UserError[] {
  const url = tokenUrlFault(oauth2.tokenUrl, policy);
  const faults: (UserError | null)[] = [
    url === null ? null : { field: ['oauth2', 'tokenUrl'], code: 'INVALID', message: url },
    secretFault(oauth2.clientId, ['oauth2', 'clientId'], MAX_CLIENT_ID_CHARACTERS),
    secretFault(oauth2.clientSecret, ['oauth2', 'clientSecret']),
    scopeFault(oauth2.scope ?? null),
    typeof oauth2.audience === 'string'
      ? textFault(oauth2.audience, ['oauth2', 'audience'], MAX_SCOPE_CHARACTERS)
      : null,
  ];
  return faults.filter((fault) => fault !== null);
}

// One token is used for all deliveries of a webhook, so there is no document from which to render a template.
function tokenUrlFault(url: string, policy: TargetPolicy): string | null {
  if (isTemplate(url)) return 'oauth2.tokenUrl cannot be a template: write the URL without {{ and {%.';
  return checkTargetUrl(url, policy);
}

// RFC 6749, section 3.3
function scopeFault(scope: string | null): UserError | null {
  if (
    scope === null ||
    (scope.length <= MAX_SCOPE_CHARACTERS && /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(scope))
  ) {
    return null;
  }
  const message = `oauth2.scope takes 1 to ${withCommas(MAX_SCOPE_CHARACTERS)} ASCII characters: names separated by one space, without quotes.`;
  return { field: ['oauth2', 'scope'], code: 'INVALID', message };
}

/** The certificate as it is stored, or its fault. */
export function readCertificate(given: CertificatePair, now: Date): CheckedCertificate | UserError {
  const checked = checkCertificate(given, now);
  return 'field' in checked ? { ...checked, field: ['clientCertificate', ...(checked.field ?? [])] } : checked;
}

function required(field: string[]): UserError {
  return { field, code: 'REQUIRED', message: `${field.join('.')} must not be empty.` };
}

// Not textFault, because its message quotes the value.
export function secretFault(
  value: string | null,
  field: string[],
  max = MAX_SECRET_CHARACTERS,
  mayBeEmpty = false,
): UserError | null {
  const name = field.join('.');
  if (value === null)
    return { field, code: 'REQUIRED', message: `${name} must not be null: nothing is stored for it.` };
  if (value === '' && !mayBeEmpty) return required(field);
  if (value.length > max) {
    return { field, code: 'TOO_LARGE', message: `${name} has ${value.length} characters; at most ${max} are allowed.` };
  }
  if (!/[\p{Cc}\p{Cs}]/u.test(value)) return null;
  return {
    field,
    code: 'INVALID',
    message: `${name} holds a line break, a control character or half a surrogate pair.`,
  };
}

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

export interface CheckedCertificate {
  /** Only the PEM blocks, without the text around them. */
  pair: CertificatePair;
  /** On one line. */
  subject: string;
  expiresAt: Date;
}

/** A certificate that can be used now, or its fault with the relative field. No message repeats the input. */
function checkCertificate(given: CertificatePair, now: Date): CheckedCertificate | UserError {
  const chain = readChain(given.certificate, now);
  if (!Array.isArray(chain)) return chain;
  const key = readKey(given.privateKey);
  if (!(key instanceof KeyObject)) return key;
  const [own] = chain;
  if (!own.checkPrivateKey(key)) return fault('privateKey', MISMATCH);
  const privateKey = key.export({ format: 'pem', type: 'pkcs8' }).toString();
  const pair = { certificate: chain.map(String).join(''), privateKey };
  return tlsFault(pair) ?? { pair, subject: oneLine(own.subject), expiresAt: own.validToDate };
}

const MISMATCH =
  'privateKey does not belong to the first certificate. The certificate of the client comes first, followed by ' +
  'those of its authorities.';

function fault(field: keyof CertificatePair, message: string, code: UserError['code'] = 'INVALID'): UserError {
  return { field: [field], code, message };
}

function readChain(text: string, now: Date): [X509Certificate, ...X509Certificate[]] | UserError {
  if (text.length > MAX_PEM_CHARACTERS) return tooLong('certificate', text);
  const chain: X509Certificate[] = [];
  for (const [block] of text.matchAll(BLOCK)) {
    try {
      chain.push(new X509Certificate(block));
    } catch {
      return fault('certificate', `Certificate ${chain.length + 1} cannot be read: its PEM is damaged.`);
    }
  }
  const [own, ...authorities] = chain;
  if (!own)
    return fault(
      'certificate',
      'certificate contains no certificate: give it as PEM, beginning with -----BEGIN CERTIFICATE-----.',
    );
  if (own.validToDate > now) return [own, ...authorities];
  return fault('certificate', `certificate expired on ${own.validToDate.toISOString()}.`);
}

function readKey(text: string): KeyObject | UserError {
  if (text.length > MAX_PEM_CHARACTERS) return tooLong('privateKey', text);
  if (text.includes('ENCRYPTED')) return fault('privateKey', 'privateKey is encrypted: decrypt it before you give it.');
  try {
    return createPrivateKey(text);
  } catch {
    const message = 'privateKey is not a private key: give it as PEM, beginning with -----BEGIN PRIVATE KEY-----.';
    return fault('privateKey', message);
  }
}

function tooLong(field: keyof CertificatePair, text: string): UserError {
  return fault(
    field,
    `${field} has ${text.length} characters; at most ${MAX_PEM_CHARACTERS} are allowed.`,
    'TOO_LARGE',
  );
}

// OpenSSL can read certificates that it refuses to use, such as those with 1024-bit keys or SHA-1 signatures.
function tlsFault({ certificate, privateKey }: CertificatePair): UserError | null {
  try {
    createSecureContext({ cert: certificate, key: privateKey });
    return null;
  } catch (error) {
    const code: unknown = Reflect.get(error as object, 'code');
    return fault('certificate', `The certificate cannot be used for TLS (${code}).`);
  }
}

export function oneLine(subject: string): string {
  return subject
    .trim()
    .replace(/\s*\n\s*/g, ', ')
    .slice(0, 500);
}
