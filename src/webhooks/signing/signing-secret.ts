import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { InputError, type UserError } from '../../errors/errors';
import type { Keyring } from '../../keyring/keyring';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { newId, timeOfId } from '../../values/ids';
import { MAX_FRAPPE_SECRET_CHARACTERS, MAX_LIVE_KEYS } from '../setting-limits';
import { SIGNATURE_SCHEMES, type SignatureScheme } from '../webhook.entity';
import { expireSecrets, insertSecret, liveKeys, type SecretRow } from './webhook-secret.store';

/** Standard Webhooks requires 24 to 64 random bytes. */
const SECRET_BYTES = 32;
const [MIN_SECRET_BYTES, MAX_SECRET_BYTES] = [24, 64];
const SEED_BYTES = 32;

/** A created secret. Its texts are shown once and not stored. */
export interface NewSecret {
  id: string;
  scheme: SignatureScheme;
  /** V1: `whsec_...`; FRAPPE: the text, where it was generated; V1A: null, its private key is never shown. */
  secret: string | null;
  /** V1A: `whpk_...`. */
  publicKey: string | null;
}

/** A secret as it is stored: V1 the bytes, V1A seed and public key (the 64 bytes of libsodium), FRAPPE UTF-8. */
interface Material {
  bytes: Buffer;
  publicKey: Buffer | null;
}

const SCHEMES: Record<SignatureScheme, { right: string; generate(): Material; read(text: string): Material | null }> = {
  V1: {
    right: `\`whsec_\` and base64 of ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes`,
    generate: () => ({ bytes: randomBytes(SECRET_BYTES), publicKey: null }),
    read(text) {
      const bytes = decoded('whsec_', text);
      const fits = bytes !== null && bytes.length >= MIN_SECRET_BYTES && bytes.length <= MAX_SECRET_BYTES;
      return fits ? { bytes, publicKey: null } : null;
    },
  },
  V1A: {
    right: '`whsk_` and base64 of an ed25519 secret key: 32 bytes of seed, or those and the 32 bytes of its public key',
    generate: () => keyPairOf(generateKeyPairSync('ed25519').privateKey),
    read(text) {
      const bytes = decoded('whsk_', text);
      if (bytes?.length !== SEED_BYTES && bytes?.length !== 2 * SEED_BYTES) return null;
      const pair = keyPairOf(privateKeyOf(bytes));
      return pair.bytes.subarray(0, bytes.length).equals(bytes) ? pair : null;
    },
  },
  FRAPPE: {
    right: `1 to ${MAX_FRAPPE_SECRET_CHARACTERS} characters, none of them a control character`,
    generate: () => ({ bytes: Buffer.from(randomBytes(SECRET_BYTES).toString('base64url')), publicKey: null }),
    read(text) {
      const fits = text.length >= 1 && text.length <= MAX_FRAPPE_SECRET_CHARACTERS && !/[\p{Cc}\p{Cs}]/u.test(text);
      return fits ? { bytes: Buffer.from(text), publicKey: null } : null;
    },
  },
};

/** The fault of a given secret, or null. The message does not repeat the secret. */
export function secretFault(scheme: SignatureScheme, text: string, field: string): string | null {
  return SCHEMES[scheme].read(text) ? null : `${field} must be ${SCHEMES[scheme].right}.`;
}

/** Whether a given secret, in which `secretFault` found no fault, is the one in this row. */
export function isSigningSecret(keyring: Keyring, row: SecretRow, own: string): boolean {
  try {
    return SCHEMES[row.kind].read(own)?.bytes.equals(keyring.decrypt(row, secretPlace(row.id))) ?? false;
  } catch {
    // its ENCRYPTION_KEY is lost; a new secret must still be possible
    return false;
  }
}

/**
 * Creates a secret that signs the deliveries of a webhook from now on.
 * @param own the given secret, in which `secretFault` found no fault; null: a random one
 */
export async function createSigningSecret(
  db: Db,
  keyring: Keyring,
  webhookId: string,
  scheme: SignatureScheme,
  own: string | null = null,
): Promise<NewSecret> {
  const material = own === null ? SCHEMES[scheme].generate() : SCHEMES[scheme].read(own);
  if (!material) throw new Error(`a secret of ${scheme} is not what it must be`);
  const { bytes, publicKey } = material;
  const id = newId();
  const encrypted = keyring.encrypt(bytes, secretPlace(id));
  await insertSecret(db, {
    id,
    webhookId,
    kind: scheme,
    publicKey,
    ...encrypted,
    createdAt: timeOfId(id),
    expiresAt: null,
  });
  return { id, scheme, secret: shown(scheme, bytes, own), publicKey: publicKey && writePublicKey(publicKey) };
}

function shown(scheme: SignatureScheme, bytes: Buffer, own: string | null): string | null {
  if (scheme === 'V1') return `whsec_${bytes.toString('base64')}`;
  return scheme === 'FRAPPE' && own === null ? bytes.toString() : null;
}

/** The key that signs. @throws Error when it cannot be opened */
export function openSigningSecret(keyring: Keyring, row: SecretRow): KeyObject {
  const bytes = keyring.decrypt(row, secretPlace(row.id));
  return row.kind === 'V1A' ? privateKeyOf(bytes) : createSecretKey(bytes);
}

/** `whpk_...`, as Standard Webhooks writes a public key. */
export function writePublicKey(publicKey: Buffer): string {
  return `whpk_${publicKey.toString('base64')}`;
}

/** The id of a key in the API, which is the `kid` of a published key. */
export function keyIdOf(secretId: string): string {
  return `sig_${secretId.replaceAll('-', '')}`;
}

/** The place for which a secret is encrypted. */
export const secretPlace = (secretId: string) => `webhook_secrets|secret|${secretId}`;

// Buffer.from ignores invalid characters, and a mistyped secret must not become another one
function decoded(prefix: string, text: string): Buffer | null {
  if (!text.startsWith(prefix)) return null;
  const base64 = text.slice(prefix.length);
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : null;
}

// RFC 8410, section 7: the bytes before the seed
const PKCS8_START = Buffer.from('302e020100300506032b657004220420', 'hex');

function privateKeyOf(bytes: Buffer): KeyObject {
  const der = Buffer.concat([PKCS8_START, bytes.subarray(0, SEED_BYTES)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function keyPairOf(key: KeyObject): Material {
  const seed = key.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8_START.length);
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  const publicKey = Buffer.from(x as string, 'base64url');
  return { bytes: Buffer.concat([seed, publicKey]), publicKey };
}

// The signature schemes of a webhook, and the secrets that are created and expired with them.

export const DEFAULT_SIGNATURES: readonly SignatureScheme[] = ['V1'];

/** Secrets that the client gives; null or absent: random ones. */
export interface OwnSecrets {
  secret?: string | null;
  frappeSecret?: string | null;
}

/** The created secrets, which only the response of the mutation shows; null: none of that kind was created. */
export interface ShownSecrets {
  secret: string | null;
  publicKey: string | null;
  frappeSecret: string | null;
}

/** Without repetitions and in the order of the enum, so that equal choices are stored equally. */
export function orderedSchemes(wanted: readonly SignatureScheme[]): SignatureScheme[] {
  return SIGNATURE_SCHEMES.filter((scheme) => wanted.includes(scheme));
}

/** The faults of the given secrets. No message repeats a secret. */
export function ownSecretFaults(signatures: readonly SignatureScheme[], own: OwnSecrets): UserError[] {
  const given = [
    { scheme: 'V1', field: 'secret', text: own.secret },
    { scheme: 'FRAPPE', field: 'frappeSecret', text: own.frappeSecret },
  ] as const;
  return given.flatMap(({ scheme, field, text }): UserError[] => {
    if (text === undefined || text === null) return [];
    const unwanted = `${field} was given, but ${scheme} is not among the signatures ${signatures.join(', ')}.`;
    const message = signatures.includes(scheme) ? secretFault(scheme, text, field) : unwanted;
    return message ? [{ field: [field], code: 'INVALID', message }] : [];
  });
}

/** Creates a secret for each of these schemes. */
export async function createSecrets(
  db: Db,
  keyring: Keyring,
  webhookId: string,
  schemes: readonly SignatureScheme[],
  own: OwnSecrets = {},
): Promise<ShownSecrets> {
  const owned: Partial<Record<SignatureScheme, string | null>> = { V1: own.secret, FRAPPE: own.frappeSecret };
  const made: NewSecret[] = [];
  for (const scheme of schemes) made.push(await createSigningSecret(db, keyring, webhookId, scheme, owned[scheme]));
  const of = (scheme: SignatureScheme) => made.find((each) => each.scheme === scheme);
  return {
    secret: of('V1')?.secret ?? null,
    publicKey: of('V1A')?.publicKey ?? null,
    frappeSecret: of('FRAPPE')?.secret ?? null,
  };
}

/**
 * Creates a secret for each added scheme. The secrets of a removed scheme expire at once and stay on record; a scheme
 * that is added again gets a new secret.
 * @param webhook its row, locked
 * @throws InputError CONFLICT when the webhook would have more than ten live keys
 */
export async function changeSignatures(
  db: Db,
  keyring: Keyring,
  webhook: { id: string; name: string; signatures: readonly SignatureScheme[] },
  wanted: readonly SignatureScheme[],
): Promise<ShownSecrets> {
  const now = currentTime();
  const added = wanted.filter((scheme) => !webhook.signatures.includes(scheme));
  const removed = webhook.signatures.filter((scheme) => !wanted.includes(scheme));
  await expireSecrets(db, webhook.id, removed, now);
  await refuseTooManyKeys(db, webhook, added.length, now, 'signatures');
  return createSecrets(db, keyring, webhook.id, added);
}

/**
 * @throws InputError CONFLICT when `more` new keys would exceed the limit; the message says when the next key expires.
 */
export async function refuseTooManyKeys(
  db: Db,
  webhook: { id: string; name: string },
  more: number,
  now: Date,
  field: string,
): Promise<void> {
  const live = await liveKeys(db, webhook.id, now);
  if (more === 0 || live.length + more <= MAX_LIVE_KEYS) return;
  const ends = live.map((key) => key.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
  const next = new Date(Math.min(...ends)).toISOString();
  const message = `${webhook.name} has ${live.length} live keys; at most ${MAX_LIVE_KEYS} sign. The next one expires at ${next}.`;
  throw new InputError([{ field: [field], code: 'CONFLICT', message }]);
}
