// The key of the log: made at the first sealing, and stored encrypted with ENCRYPTION_KEY.
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { currentTime } from '../clock';
import { newId } from '../ids';
import type { Keyring } from '../keyring/keyring';
import type { Db } from '../sql/db';
import { writeVkey } from './formats/signed-note';
import { evidenceKeys, insertKey, type StoredKey } from './head.store';

export interface LogKey {
  /** The name of the log. */
  origin: string;
  vkey: string;
  privateKey: KeyObject;
}

/** Under the lock of the tree, so that two processes do not both make the first key. */
export async function ensureLogKey(db: Db, keyring: Keyring, host: string): Promise<LogKey> {
  const [newest] = await evidenceKeys(db);
  if (newest) return opened(newest, keyring);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const origin = `${host}/evidence/1`;
  const id = newId();
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const vkey = writeVkey(origin, publicKey);
  await insertKey(db, { id, origin, vkey, ...keyring.seal(pkcs8, placeOf(id)), createdAt: currentTime() });
  return { origin, vkey, privateKey };
}

function opened(key: StoredKey, keyring: Keyring): LogKey {
  const pkcs8 = keyring.open(key, placeOf(key.id));
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return { origin: key.origin, vkey: key.vkey, privateKey };
}

function placeOf(id: string): string {
  return `evidence_keys|secret|${id}`;
}
