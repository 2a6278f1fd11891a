import type { UserError } from '../../errors/errors';
import type { Keyring } from '../../keyring/keyring';
import { type Db, rowsOf, statement } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { newId, timeOfId } from '../../values/ids';
import { SECRET_KINDS, type SecretKind, type VerificationSecret } from '../../verification/claim';
import type { Provider } from '../../verification/provider';
import { keyIdOf, refuseTooManyKeys, secretPlace } from '../signing/signing-secret';
import { expireSecrets, insertSecret } from '../signing/webhook-secret.store';

export interface VerificationSecretRow {
  id: string;
  webhookId: string;
  kind: SecretKind;
  kek: string;
  wrapped: Buffer;
  box: Buffer;
  createdAt: Date;
  expiresAt: Date | null;
}

/** Retired secrets are read too, so that a refusal can say that a call was signed with an earlier secret. */
const MAX_RETIRED = 10;

/** The secrets that verify calls to these webhooks, and the latest retired ones, newest first. */
export async function verificationSecrets(
  db: Db,
  webhookIds: readonly string[],
  now: Date,
): Promise<VerificationSecretRow[]> {
  return rowsOf<VerificationSecretRow>(
    db,
    statement(`select s.id, s.webhook_id as "webhookId", s.kind, s.kek, s.wrapped, s.box, s.created_at as "createdAt",
       s.expires_at as "expiresAt"
     from unnest($1::uuid[]) as w (id), lateral (
       select * from webhook_secrets where webhook_id = w.id and (expires_at is null or expires_at > $2)
       union all
       (select * from webhook_secrets where webhook_id = w.id and expires_at <= $2
        order by expires_at desc, id desc limit ${MAX_RETIRED})
     ) s order by s.id desc`),
    [webhookIds, now],
  );
}

// The secrets that verify the calls of a partner.

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
