// The key of the log: made at the first sealing, and stored encrypted with ENCRYPTION_KEY.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Keyring } from '../keyring/keyring';
import type { Db } from '../sql/db';
import { currentTime } from '../time/clock';
import { newId } from '../values/ids';
import { writeVkey } from './formats/signed-note';
import { evidenceKeys, insertKey, type StoredKey } from './head.store';

export interface LogKey {
  id: string;
  /** The name of the log. */
  origin: string;
  vkey: string;
  privateKey: KeyObject;
}

/**
 * The keys that sign now, newest first: after a rotation two, for a while. Under the lock of the tree, so that two
 * processes do not both make the first key.
 */
export async function signingKeys(db: Db, keyring: Keyring, host: string): Promise<LogKey[]> {
  const keys = await evidenceKeys(db);
  const [newest] = keys;
  if (!newest) return [await makeLogKey(db, keyring, originOf(host, 1), null)];
  const now = currentTime();
  const signing = keys.filter((key) => key.origin === newest.origin && (key.retiresAt === null || key.retiresAt > now));
  return signing.map((key) => opened(key, keyring));
}

/** @param continues the newest known head of the log before, after a restart */
export async function makeLogKey(db: Db, keyring: Keyring, origin: string, continues: string | null): Promise<LogKey> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const id = newId();
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const vkey = writeVkey(origin, publicKey);
  await insertKey(db, {
    id,
    origin,
    vkey,
    secret: keyring.encrypt(pkcs8, placeOf(id)),
    continues,
    createdAt: currentTime(),
  });
  return { id, origin, vkey, privateKey };
}

/** The beginning of the name of a log that is new. */
export function logHostOf({ publicUrl }: { publicUrl: string | null }): string {
  return publicUrl === null ? 'localhost' : new URL(publicUrl).host;
}

/** The name of a log: how often it was restarted is in it. */
export function originOf(host: string, number: number): string {
  return `${host}/evidence/${number}`;
}

/** @returns null if it is no name of a log of Hookledger */
export function readOrigin(origin: string): { host: string; number: number } | null {
  const [, host, number] = /^(.+)\/evidence\/([1-9][0-9]{0,8})$/.exec(origin) ?? [];
  return host === undefined ? null : { host, number: Number(number) };
}

function opened(key: StoredKey, keyring: Keyring): LogKey {
  if (key.secret === null) throw new Error(`the private half of ${key.vkey} was destroyed`);
  const pkcs8 = keyring.decrypt(key.secret, placeOf(key.id));
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return { id: key.id, origin: key.origin, vkey: key.vkey, privateKey };
}

/** Whether the private half is encrypted by a key of this process, and is that of the verifier key. */
export function opensAs(key: StoredKey, keyring: Keyring): boolean {
  try {
    return writeVkey(key.origin, createPublicKey(opened(key, keyring).privateKey)) === key.vkey;
  } catch {
    // a box that was not made with a key of this keyring
    return false;
  }
}

function placeOf(id: string): string {
  return `evidence_keys|secret|${id}`;
}
