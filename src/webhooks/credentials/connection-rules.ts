// Checks the proxy and the certificate authorities of a webhook. No message repeats a password.
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { UserError } from '../../errors/errors';
import { isTemplate } from '../../templating/liquid-template';
import { readProxyUrl, type TargetPolicy } from '../request/target-url';
import { MAX_AUTHORITIES, MAX_PEM_CHARACTERS, MAX_USER_NAME_CHARACTERS } from '../setting-limits';
import { oneLine, secretFault } from './credential-rules';
import type { ShownAuthority } from './credential-settings';

export interface ProxySettings {
  url: string;
  username?: string | null;
  password?: string | null;
}

const PEM = /^\s*(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----)\s*$/;

export function proxyFaults(
  { url, username = null, password = null }: ProxySettings,
  policy: TargetPolicy,
): UserError[] {
  const message = isTemplate(url)
    ? 'proxy.url cannot be a template: write the URL without {{ and {%.'
    : urlFault(url, policy);
  const faults = [
    message === null ? null : { field: ['proxy', 'url'], code: 'INVALID' as const, message },
    username === null ? null : usernameFault(username),
    username === null && password !== null ? withoutOther('username', 'password') : null,
    username !== null && password === null ? withoutOther('password', 'username') : null,
    password === null ? null : secretFault(password, ['proxy', 'password'], undefined, true),
  ];
  return faults.filter((fault) => fault !== null);
}

function urlFault(url: string, policy: TargetPolicy): string | null {
  const read = readProxyUrl(url, policy);
  return typeof read === 'string' ? read : null;
}

function usernameFault(username: string): UserError | null {
  const field = ['proxy', 'username'];
  if (!username.includes(':')) return secretFault(username, field, MAX_USER_NAME_CHARACTERS);
  return { field, code: 'INVALID', message: 'proxy.username must not contain a colon.' };
}

function withoutOther(missing: string, given: string): UserError {
  const message = `proxy.${missing} is missing: give it with proxy.${given}, or neither.`;
  return { field: ['proxy', missing], code: 'REQUIRED', message };
}

export interface CheckedAuthorities {
  /** PEM, without the white space around it, each certificate once. */
  pem: readonly string[];
  shown: readonly ShownAuthority[];
}

/** Certificates that can be trusted now, or the first fault. No message repeats the input. */
export function checkAuthorities(given: readonly string[], now: Date): CheckedAuthorities | UserError {
  if (given.length > MAX_AUTHORITIES) {
    return fault(
      null,
      `caCertificates has ${given.length} certificates; at most ${MAX_AUTHORITIES} are allowed.`,
      'TOO_LARGE',
    );
  }
  const characters = given.reduce((sum, text) => sum + text.length, 0);
  if (characters > MAX_PEM_CHARACTERS) {
    const message = `caCertificates has ${characters} characters in all; at most ${MAX_PEM_CHARACTERS} are allowed.`;
    return fault(null, message, 'TOO_LARGE');
  }
  const read = new Map<string, { pem: string; shown: ShownAuthority }>();
  for (const [index, text] of given.entries()) {
    const certificate = readAuthority(text, index);
    if (!(certificate instanceof X509Certificate)) return certificate;
    const { subject, validToDate, fingerprint256 } = certificate;
    const at = validToDate.toISOString();
    if (validToDate <= now) return fault(index, `caCertificates.${index} expired on ${at}.`);
    const fingerprint = fingerprint256.replaceAll(':', '').toLowerCase();
    read.set(fingerprint, { pem: text.trim(), shown: { subject: oneLine(subject), expiresAt: at, fingerprint } });
  }
  return { pem: [...read.values()].map(({ pem }) => pem), shown: [...read.values()].map(({ shown }) => shown) };
}

function readAuthority(text: string, index: number): X509Certificate | UserError {
  const [, block] = PEM.exec(text) ?? [];
  if (block === undefined || block.split('-----BEGIN').length !== 2) {
    const how = 'give each as PEM by itself, -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----';
    return fault(index, `caCertificates.${index} is not one certificate: ${how}.`);
  }
  try {
    const certificate = new X509Certificate(block);
    createSecureContext({ ca: [block] });
    return certificate;
  } catch {
    return fault(index, `caCertificates.${index} cannot be read: its PEM is damaged.`);
  }
}

function fault(index: number | null, message: string, code: UserError['code'] = 'INVALID'): UserError {
  return { field: ['caCertificates', ...(index === null ? [] : [String(index)])], code, message };
}
