import { randomBytes } from 'node:crypto';
import { newId, timeOfId } from '../ids';
import type { Db } from '../sql/db';
import type { Keyring } from './keyring';
import { insertSecret, type SecretRow } from './webhook-secret.store';

/** Standard Webhooks asks for 24 to 64 random bytes. */
const SECRET_BYTES = 32;
const PREFIX = 'whsec_';

const placeOf = (secretId: string) => `webhook_secrets|secret|${secretId}`;

/** Makes the secret that signs a webhook's deliveries. @returns it as partners write it, `whsec_` and base64: once. */
export async function createSigningSecret(db: Db, keyring: Keyring, webhookId: string): Promise<string> {
  const id = newId();
  const secret = randomBytes(SECRET_BYTES);
  const sealed = keyring.seal(secret, placeOf(id));
  await insertSecret(db, {
    id,
    webhookId,
    kind: 'V1',
    publicKey: null,
    ...sealed,
    createdAt: timeOfId(id),
    expiresAt: null,
  });
  return PREFIX + secret.toString('base64');
}

/** The bytes that sign. */
export function openSigningSecret(keyring: Keyring, row: SecretRow): Buffer {
  return keyring.open(row, placeOf(row.id));
}
