import { createPrivateKey, KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { UserError } from '../../errors';
import { MAX_PEM_CHARACTERS } from '../setting-limits';
import type { CertificatePair } from './credential-settings';

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

export interface CheckedCertificate {
  /** Only the PEM blocks, without the text around them. */
  pair: CertificatePair;
  /** On one line. */
  subject: string;
  expiresAt: Date;
}

/** A certificate that can be used now, or its fault with the relative field. No message repeats the input. */
export function checkCertificate(given: CertificatePair, now: Date): CheckedCertificate | UserError {
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
