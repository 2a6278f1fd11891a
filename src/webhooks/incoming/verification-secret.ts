// The secrets that verify the calls of a partner.
import { currentTime } from '../../clock';
import type { UserError } from '../../errors';
import { newId, timeOfId } from '../../ids';
import type { Keyring } from '../../keyring/keyring';
import type { Db } from '../../sql/db';
import { SECRET_KINDS, type VerificationSecret } from '../../verification/claim';
import type { Provider } from '../../verification/provider';
import { refuseTooManyKeys } from '../signing/signatures';
import { keyIdOf, secretPlace } from '../signing/signing-secret';
import { expireSecrets, insertSecret } from '../signing/webhook-secret.store';
import type { VerificationSecretRow } from './verification-secret.store';

/** The faults of a given secret. The message does not repeat the secret. */
export function ownSecretFaults({ title, secret }: Provider, text: string | null): UserError[] {
  if (text === null || secret?.read(text)) return [];
  const message = secret === null ? `${title} has no secret: leave it out.` : `secret must be ${secret.right}.`;
  return [{ field: ['secret'], code: 'INVALID', message }];
}

/**
 * Creates a secret that verifies calls from now on.
 * @param own the given secret, in which `ownSecretFaults` found no fault; null: a random one, or none if the partner
 *   issues secrets
 * @returns its text, to be shown only once; null: there is none, or it was given
 */
export async function createVerificationSecret(
  db: Db,
  keyring: Keyring,
  webhookId: string,
  { secret }: Provider,
  own: string | null,
): Promise<{ shown: string | null; keyId: string | null }> {
  const text = own ?? secret?.generate?.() ?? null;
  const material = text === null ? null : secret?.read(text);
  if (!material) return { shown: null, keyId: null };
  const id = newId();
  const encrypted = keyring.encrypt(material.bytes, secretPlace(id));
  await insertSecret(db, {
    id,
    webhookId,
    kind: material.kind,
    publicKey: material.kind === 'V1A' ? material.bytes : null,
    ...encrypted,
    createdAt: timeOfId(id),
    expiresAt: null,
  });
  return { shown: own === null ? text : null, keyId: keyIdOf(id) };
}

/**
 * Earlier secrets verify calls until the overlap ends.
 * @throws InputError CONFLICT when there would be too many secrets
 */
export async function endEarlierSecrets(
  db: Db,
  webhook: { id: string; name: string },
  overlapSeconds: number,
): Promise<void> {
  const now = currentTime();
  await expireSecrets(db, webhook.id, SECRET_KINDS, new Date(now.getTime() + overlapSeconds * 1_000));
  await refuseTooManyKeys(db, webhook, 1, now, 'id');
}

/** A secret that cannot be opened, because its ENCRYPTION_KEY is lost, is left out: it cannot verify a call. */
export function decryptVerificationSecrets(
  keyring: Keyring,
  rows: readonly VerificationSecretRow[],
): VerificationSecret[] {
  return rows.flatMap(({ id, kind, createdAt, expiresAt, ...encrypted }) => {
    try {
      return [{ id, kind, bytes: keyring.decrypt(encrypted, secretPlace(id)), createdAt, expiresAt }];
    } catch {
      return [];
    }
  });
}
