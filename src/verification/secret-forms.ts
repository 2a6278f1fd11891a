// The forms of secrets, with the descriptions that error messages show.
import { randomBytes, X509Certificate } from 'node:crypto';
import type { SecretForm, SignatureEncoding } from './provider';
import { decodeStrictly } from './read-signature';

const SECRET_BYTES = 32;
/** Standard Webhooks 1.0.0, "Signature scheme": 24 to 64 random bytes. */
const [MIN_KEY_BYTES, MAX_KEY_BYTES] = [24, 64];
const PUBLIC_KEY_BYTES = 32;
/** An attacker who has one signed call can try keys offline, at any speed. */
const MIN_KEY_CHARACTERS = 16;
/** A token or password can only be guessed with calls to this server. */
const MIN_SHOWN_CHARACTERS = 8;
const MAX_CHARACTERS = 500;
/** For a key given as bytes. RFC 2104 recommends the length of the hash, but some partners use shorter keys. */
const MIN_OWN_KEY_BYTES = 16;

/** The description of a text with a minimum length. */
function textRight(least: number): string {
  return `${least} to ${MAX_CHARACTERS} characters, none of them a control character, without white space around them`;
}

export const KEY_TEXT_RIGHT = textRight(MIN_KEY_CHARACTERS);
export const SHOWN_TEXT_RIGHT = textRight(MIN_SHOWN_CHARACTERS);
export const OWN_KEY_RIGHT = `the key of at least ${MIN_OWN_KEY_BYTES} bytes`;

/** A text that is the key of an HMAC. A text without this form is mistyped and would never verify a call. */
export function readKeyText(text: string): ReturnType<SecretForm['read']> {
  return readText(text, MIN_KEY_CHARACTERS);
}

/** A text that a call contains, such as a token or a password. */
export function readShownText(text: string): ReturnType<SecretForm['read']> {
  return readText(text, MIN_SHOWN_CHARACTERS);
}

function readText(text: string, least: number): ReturnType<SecretForm['read']> {
  const isLong = text.length >= least && text.length <= MAX_CHARACTERS;
  const fits = isLong && /^\S(?:.*\S)?$/u.test(text) && !/[\p{Cc}\p{Cs}]/u.test(text);
  return fits ? { kind: 'TEXT', bytes: Buffer.from(text) } : null;
}

/** A key that is given as encoded bytes. */
export function readOwnKey(text: string, encoding: SignatureEncoding): ReturnType<SecretForm['read']> {
  const bytes = decodeStrictly(text, encoding);
  return bytes !== null && bytes.length >= MIN_OWN_KEY_BYTES ? { kind: 'V1', bytes } : null;
}

export function randomText(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** The key of an HMAC that Hookledger can generate for the partner. */
export const CHOSEN_KEY: SecretForm = { right: KEY_TEXT_RIGHT, read: readKeyText, generate: randomText };

/** A token or password that Hookledger can generate for the partner. */
export const CHOSEN_TOKEN: SecretForm = { right: SHOWN_TEXT_RIGHT, read: readShownText, generate: randomText };

/** The key of an HMAC that the partner issues. */
export function issuedKey(right: string): SecretForm {
  return { right: `${right}: ${KEY_TEXT_RIGHT}`, read: readKeyText, generate: null };
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

/** A shared HMAC key, or the public key of the partner. */
export const STANDARD_SECRET: SecretForm = {
  right: `${HMAC_KEY_RIGHT}, or that base64 alone, or \`whpk_\` and base64 of the ${PUBLIC_KEY_BYTES} bytes of the partner's ed25519 public key`,
  // the libraries also accept it without its prefix
  read: (text) => readHmacKey(text) ?? readHmacKey(`whsec_${text}`) ?? readPublicKey(text),
  generate: () => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`,
};

/** A client certificate. Only its fingerprint is stored. */
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

// The first certificate of a chain is that of the sender (RFC 5246, section 7.4.2).
function fingerprintOf(pem: string): Buffer | null {
  if (!pem.trimStart().startsWith('-----BEGIN CERTIFICATE-----')) return null;
  try {
    return Buffer.from(new X509Certificate(pem).fingerprint256.replaceAll(':', ''), 'hex');
  } catch {
    return null;
  }
}
