// Encrypts secrets for storage: each secret with a random key of its own, and that key with ENCRYPTION_KEY
// (AES-256-GCM).
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** A secret as it is stored. `kek` names the ENCRYPTION_KEY that wrapped it, so that keys can be rotated. */
export interface SealedSecret {
  kek: string;
  wrapped: Buffer;
  box: Buffer;
}

export interface Keyring {
  /** @param place the row and column of the secret: a box that is copied to another place does not open. */
  seal(secret: Buffer, place: string): SealedSecret;
  /** @throws Error when the key is unknown or the box was tampered with. */
  open(sealed: SealedSecret, place: string): Buffer;
  /** Wraps the same secret with the newest key; `box` does not change. @throws Error like `open` */
  rewrap(sealed: SealedSecret, place: string): SealedSecret;
  /** Whether the key with this name is configured. */
  knows(kek: string): boolean;
  /** The names of all keys, newest first. */
  names: readonly [newest: string, ...older: string[]];
}

/** @param keys 32 bytes each, newest first: the first key seals, all keys open. */
export function createKeyring(keys: readonly Buffer[]): Keyring {
  const newest = keys[0];
  if (!newest) throw new Error('a keyring needs at least one key');
  const newestName = nameOf(newest);
  const byName = new Map(keys.map((key) => [nameOf(key), key]));
  const unwrap = ({ kek, wrapped }: SealedSecret, place: string) => {
    const key = byName.get(kek);
    if (!key) throw new Error(`no ENCRYPTION_KEY named ${kek} is configured`);
    return decrypt(key, wrapped, place);
  };
  return {
    seal(secret, place) {
      const own = randomBytes(32);
      return { kek: newestName, wrapped: encrypt(newest, own, place), box: encrypt(own, secret, place) };
    },
    open: (sealed, place) => decrypt(unwrap(sealed, place), sealed.box, place),
    rewrap(sealed, place) {
      return { kek: newestName, wrapped: encrypt(newest, unwrap(sealed, place), place), box: sealed.box };
    },
    knows: (kek) => byName.has(kek),
    names: [newestName, ...[...byName.keys()].filter((name) => name !== newestName)],
  };
}

// identifies the key without revealing anything about it
function nameOf(key: Buffer): string {
  return createHash('sha256').update('hookledger-kek').update(key).digest('hex').slice(0, 8);
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Otherwise Node takes the first 4 bytes of a tag for one. */
const WHOLE_TAG = { authTagLength: TAG_BYTES };

function encrypt(key: Buffer, plain: Buffer, place: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(place));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
}

function decrypt(key: Buffer, sealed: Buffer, place: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES), WHOLE_TAG)
    .setAAD(Buffer.from(place))
    .setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
}
