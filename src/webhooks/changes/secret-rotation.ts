import { recordAct } from '../../audit/write-audit-entry';
import { currentTime } from '../../clock';
import { InputError, type UserError } from '../../errors';
import type { Keyring } from '../../keyring/keyring';
import type { Db } from '../../sql/db';
import type { Viewer } from '../../viewer';
import { refuseTooManyKeys } from '../signing/signatures';
import { createSigningSecret, isSigningSecret, keyIdOf, type NewSecret, secretFault } from '../signing/signing-secret';
import { expireSecrets, liveSecrets } from '../signing/webhook-secret.store';
import type { SignatureScheme } from '../webhook.entity';
import type { WebhookRow } from '../webhook.store';
import { rotateVerificationSecret } from './incoming-rotation';
import { webhookToChange } from './outgoing-webhooks';

export interface Rotation {
  scheme: SignatureScheme;
  /** How long the old secrets still sign. A secret that expires earlier still does. */
  overlapSeconds: number;
  /** The given secret; null or absent: a random one. */
  secret?: string | null;
}

/**
 * Creates a new secret, which signs at once; the old secrets of its scheme sign until the overlap ends.
 * @returns the secret, which is never shown again
 */
export async function rotateWebhookSecret(
  db: Db,
  viewer: Viewer,
  keyring: Keyring,
  id: string | null,
  rotation: Rotation,
): Promise<{ webhook: WebhookRow; secret: string | null; publicKey: string | null }> {
  const webhook = await webhookToChange(db, viewer, id);
  if (webhook.direction === 'INCOMING') return rotateVerificationSecret(db, viewer, { keyring }, webhook, rotation);
  const { scheme, overlapSeconds, secret: own = null } = rotation;
  const faults = rotationFaults(webhook, scheme, own);
  if (faults.length > 0) throw new InputError(faults);
  const now = currentTime();
  if (own !== null) await refuseCurrent(db, keyring, webhook.id, scheme, own, now);
  await expireSecrets(db, webhook.id, [scheme], new Date(now.getTime() + overlapSeconds * 1_000));
  await refuseTooManyKeys(db, webhook, 1, now, 'id');
  const made = await createSigningSecret(db, keyring, webhook.id, scheme, own);
  await recordRotation(db, viewer, webhook, made, overlapSeconds);
  return { webhook, secret: made.secret, publicKey: made.publicKey };
}

function rotationFaults(webhook: WebhookRow, scheme: SignatureScheme, own: string | null): UserError[] {
  if (!webhook.signatures.includes(scheme)) {
    const message =
      `${webhook.name} is signed with ${webhook.signatures.join(', ')}: add ${scheme} to its signatures, which ` +
      'creates a secret.';
    return [{ field: ['scheme'], code: 'CONFLICT', message }];
  }
  const message = own === null ? null : secretFault(scheme, own, 'secret');
  return message ? [{ field: ['secret'], code: 'INVALID', message }] : [];
}

// An earlier secret that still signs is allowed: giving it again undoes a rotation.
async function refuseCurrent(
  db: Db,
  keyring: Keyring,
  webhookId: string,
  scheme: SignatureScheme,
  own: string,
  now: Date,
): Promise<void> {
  const current = (await liveSecrets(db, [webhookId], now)).find(({ kind }) => kind === scheme);
  if (!current || !isSigningSecret(keyring, current, own)) return;
  const message = 'secret is the one that already signs: give another one, or omit it for a random one.';
  throw new InputError([{ field: ['secret'], code: 'CONFLICT', message }]);
}

async function recordRotation(
  db: Db,
  viewer: Viewer,
  webhook: WebhookRow,
  { id, scheme }: NewSecret,
  overlapSeconds: number,
): Promise<void> {
  const details = { scheme, overlapSeconds, keyId: keyIdOf(id) };
  const act = { action: 'webhook.secret_rotated', subjectType: 'Webhook', subjectId: webhook.id, details };
  await recordAct(db, viewer, act);
}
