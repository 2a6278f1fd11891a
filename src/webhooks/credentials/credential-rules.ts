// Checks given credentials. No message repeats a secret.
import type { UserError } from '../../errors';
import { isTemplate } from '../../templating/liquid-template';
import { textFault, withCommas } from '../../text';
import { headerMessage } from '../request/header-rules';
import { checkTargetUrl, type TargetPolicy } from '../request/target-url';
import {
  MAX_CLIENT_ID_CHARACTERS,
  MAX_SCOPE_CHARACTERS,
  MAX_SECRET_CHARACTERS,
  MAX_SECRET_HEADERS,
  MAX_USER_NAME_CHARACTERS,
} from '../setting-limits';
import { type CheckedCertificate, checkCertificate } from './client-certificate-rules';
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
