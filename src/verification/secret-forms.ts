// What secrets look like, as the people who enter them are told.
import { randomBytes, X509Certificate } from 'node:crypto';
import type { SecretForm } from './provider';
import { decodeStrictly } from './read-signature';

const SECRET_BYTES = 32;
/** Standard Webhooks 1.0.0, "Signature scheme": 24 to 64 random bytes. */
const [MIN_KEY_BYTES, MAX_KEY_BYTES] = [24, 64];
const PUBLIC_KEY_BYTES = 32;
const MAX_CHARACTERS = 500;

export const TEXT_RIGHT = `1 to ${MAX_CHARACTERS} characters, none of them a control character, without white space around them`;

/** Something that is not of this form was mistyped, and would never confirm a call. */
export function readText(text: string): ReturnType<SecretForm['read']> {
  const fits = text.length <= MAX_CHARACTERS && /^\S(?:.*\S)?$/u.test(text) && !/[\p{Cc}\p{Cs}]/u.test(text);
  return fits ? { kind: 'TEXT', bytes: Buffer.from(text) } : null;
}

export function randomText(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** A text that we can make up and give to the partner. */
export const CHOSEN_TEXT: SecretForm = { right: TEXT_RIGHT, read: readText, generate: randomText };

/** A text that the partner gives to us. */
export function issuedText(right: string): SecretForm {
  return { right: `${right}: ${TEXT_RIGHT}`, read: readText, generate: null };
}

/** `whsec_...`, an HMAC key as Standard Webhooks writes it. */
export function readHmacKey(text: string): ReturnType<SecretForm['read']> {
  const bytes = afterPrefix('whsec_', text);
  const fits = bytes !== null && bytes.length >= MIN_KEY_BYTES && bytes.length <= MAX_KEY_BYTES;
  return fits ? { kind: 'V1', bytes } : null;
}

/** `whpk_...`, an ed25519 public key as Standard Webhooks writes it. */
function readPublicKey(text: string): ReturnType<SecretForm['read']> {
  const bytes = afterPrefix('whpk_', text);
  return bytes?.length === PUBLIC_KEY_BYTES ? { kind: 'V1A', bytes } : null;
}

function afterPrefix(prefix: string, text: string): Buffer | null {
  return text.startsWith(prefix) ? decodeStrictly(text.slice(prefix.length), 'BASE64') : null;
}

export const HMAC_KEY_RIGHT = `\`whsec_\` and base64 of ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} bytes`;

/** A shared HMAC key, or the partner's public key. */
export const STANDARD_SECRET: SecretForm = {
  right: `${HMAC_KEY_RIGHT}, or that base64 alone, or \`whpk_\` and base64 of the ${PUBLIC_KEY_BYTES} bytes of the partner's ed25519 public key`,
  // the libraries take it without its prefix, too
  read: (text) => readHmacKey(text) ?? readHmacKey(`whsec_${text}`) ?? readPublicKey(text),
  generate: () => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`,
};

/** A client certificate, of which its fingerprint is kept. */
export const CERTIFICATE: SecretForm = {
  right: 'a certificate in PEM, or its SHA-256 fingerprint: 64 hex digits, with or without colons between pairs',
  read(text) {
    const bytes = readFingerprint(text) ?? fingerprintOf(text);
    return bytes && { kind: 'CERTIFICATE', bytes };
  },
  generate: null,
};

function readFingerprint(text: string): Buffer | null {
  const isFingerprint = /^(?:[0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31})$/i.test(text);
  return isFingerprint ? Buffer.from(text.replaceAll(':', ''), 'hex') : null;
}

// Of a chain, the first: RFC 5246, section 7.4.2 puts the sender's own certificate there.
function fingerprintOf(pem: string): Buffer | null {
  if (!pem.trimStart().startsWith('-----BEGIN CERTIFICATE-----')) return null;
  try {
    return Buffer.from(new X509Certificate(pem).fingerprint256.replaceAll(':', ''), 'hex');
  } catch {
    return null;
  }
}
