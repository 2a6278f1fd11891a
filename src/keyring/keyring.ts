// Encrypts secrets for storage: each secret with a random key of its own, and that key with ENCRYPTION_KEY
// (AES-256-GCM).
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A secret as it is stored. `kek` names the ENCRYPTION_KEY that wrapped it, so that keys can be rotated. */
export interface EncryptedSecret {
  kek: string;
  wrapped: Buffer;
  box: Buffer;
}

export interface Keyring {
  /** @param place the row and column of the secret: a box that is copied to another place cannot be decrypted. */
  encrypt(secret: Buffer, place: string): EncryptedSecret;
  /** @throws Error when the key is unknown or the box was tampered with. */
  decrypt(encrypted: EncryptedSecret, place: string): Buffer;
  /** Wraps the same secret with the newest key; `box` does not change. @throws Error like `decrypt` */
  rewrap(encrypted: EncryptedSecret, place: string): EncryptedSecret;
  /** A code (HMAC-SHA-256) that only this installation can make. @param purpose of the text: a code for one is none for another */
  sign(text: string, purpose: string): Buffer;
  /** Whether any of the keys made it. */
  isSigned(text: string, purpose: string, code: Buffer): boolean;
  /** Whether the key with this name is configured. */
  knows(kek: string): boolean;
  /** The names of all keys, newest first. */
  names: readonly [newest: string, ...older: string[]];
}

/** @param keys 32 bytes each, newest first: the first key encrypts, all keys decrypt. */
export function createKeyring(keys: readonly Buffer[]): Keyring {
  const newest = keys[0];
  if (!newest) throw new Error('a keyring needs at least one key');
  const newestName = nameOf(newest);
  const byName = new Map(keys.map((key) => [nameOf(key), key]));
  const unwrap = ({ kek, wrapped }: EncryptedSecret, place: string) => {
    const key = byName.get(kek);
    if (!key) throw new Error(`no ENCRYPTION_KEY named ${kek} is configured`);
    return decryptWith(key, wrapped, place);
  };
  return {
    encrypt(secret, place) {
      const own = randomBytes(32);
      return { kek: newestName, wrapped: encryptWith(newest, own, place), box: encryptWith(own, secret, place) };
    },
    decrypt: (encrypted, place) => decryptWith(unwrap(encrypted, place), encrypted.box, place),
    rewrap(encrypted, place) {
      return { kek: newestName, wrapped: encryptWith(newest, unwrap(encrypted, place), place), box: encrypted.box };
    },
    sign: (text, purpose) => codeOf(newest, text, purpose),
    isSigned: (text, purpose, code) =>
      keys.some((key) => code.length === CODE_BYTES && timingSafeEqual(codeOf(key, text, purpose), code)),
    knows: (kek) => byName.has(kek),
    names: [newestName, ...[...byName.keys()].filter((name) => name !== newestName)],
  };
}

// identifies the key without revealing anything about it
function nameOf(key: Buffer): string {
  return createHash('sha256').update('hookledger-kek').update(key).digest('hex').slice(0, 8);
}

const CODE_BYTES = 32;

function codeOf(key: Buffer, text: string, purpose: string): Buffer {
  const own = createHmac('sha256', key).update(`hookledger-${purpose}`).digest();
  return createHmac('sha256', own).update(text).digest();
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Otherwise Node takes the first 4 bytes of a tag for one. */
const WHOLE_TAG = { authTagLength: TAG_BYTES };

function encryptWith(key: Buffer, plain: Buffer, place: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(place));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
}

function decryptWith(key: Buffer, encrypted: Buffer, place: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, encrypted.subarray(0, IV_BYTES), WHOLE_TAG)
    .setAAD(Buffer.from(place))
    .setAuthTag(encrypted.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(encrypted.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
}
