import type { Viewer } from '../../access/viewer';
import { recordAct } from '../../audit/write-audit-entry';
import { InputError, type UserError } from '../../errors/errors';
import type { Keyring } from '../../keyring/keyring';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import type { Provider } from '../../verification/provider';
import { PROVIDERS } from '../../verification/providers/providers';
import {
  createIncomingToken,
  deleteExpiredTokens,
  expireTokens,
  getAgreement,
  liveTokens,
  renewAgreements,
} from '../incoming/incoming-agreement.store';
import { createVerificationSecret, endEarlierSecrets, ownSecretFaults } from '../incoming/verification-secret.store';
import { MAX_LIVE_TOKENS } from '../setting-limits';
import {
  createSigningSecret,
  isSigningSecret,
  keyIdOf,
  type NewSecret,
  refuseTooManyKeys,
  secretFault,
} from '../signing/signing-secret';
import { expireSecrets, liveSecrets } from '../signing/webhook-secret.store';
import type { SignatureScheme } from '../webhook.entity';
import type { WebhookRow } from '../webhook.store';
import { type WebhookRules, webhookToChange } from './outgoing-webhooks';

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

// Replaces addresses and secrets of INCOMING webhooks; the old ones still work until an overlap ends.

/** Creates a new address, which works at once. Earlier addresses work until the overlap ends. */
export async function rotateIncomingToken(
  db: Db,
  viewer: Viewer,
  id: string | null,
  overlapSeconds: number,
): Promise<{ webhook: WebhookRow; token: string }> {
  const webhook = await incomingToChange(db, viewer, id);
  const now = currentTime();
  await expireTokens(db, webhook.id, new Date(now.getTime() + overlapSeconds * 1_000));
  await deleteExpiredTokens(db, webhook.id, now);
  if ((await liveTokens(db, [webhook.id], now)).length >= MAX_LIVE_TOKENS) {
    const message = `${webhook.name} has ${MAX_LIVE_TOKENS} addresses that still work: give overlapSeconds: 0, or wait.`;
    throw new InputError([{ field: ['id'], code: 'CONFLICT', message }]);
  }
  const token = await createIncomingToken(db, webhook.id);
  const act = { action: 'webhook.token_rotated', subjectType: 'Webhook', subjectId: webhook.id };
  await recordAct(db, viewer, { ...act, details: { overlapSeconds } });
  return { webhook, token };
}

async function incomingToChange(db: Db, viewer: Viewer, id: string | null): Promise<WebhookRow> {
  const webhook = await webhookToChange(db, viewer, id);
  if (webhook.direction === 'INCOMING') return webhook;
  const message = `${webhook.name} is OUTGOING: only INCOMING webhooks have an address.`;
  throw new InputError([{ field: ['id'], code: 'INVALID', message }]);
}

/**
 * Creates a new secret, which verifies calls at once. Earlier secrets verify calls until the overlap ends.
 * @param webhook its row, locked
 */
async function rotateVerificationSecret(
  db: Db,
  viewer: Viewer,
  { keyring }: Pick<WebhookRules, 'keyring'>,
  webhook: WebhookRow,
  { overlapSeconds, secret = null }: { overlapSeconds: number; secret?: string | null },
): Promise<{ webhook: WebhookRow; secret: string | null; publicKey: null }> {
  const provider = PROVIDERS[(await getAgreement(db, webhook.id)).provider];
  const faults = [...ownSecretFaults(provider, secret), ...issuedFaults(provider, secret)];
  if (faults.length > 0) throw new InputError(faults);
  await endEarlierSecrets(db, webhook, overlapSeconds);
  const { shown, keyId } = await createVerificationSecret(db, keyring, webhook.id, provider, secret);
  await renewAgreements(db, [webhook.id]);
  const act = { action: 'webhook.secret_rotated', subjectType: 'Webhook', subjectId: webhook.id };
  await recordAct(db, viewer, { ...act, details: { overlapSeconds, keyId } });
  return { webhook, secret: shown, publicKey: null };
}

function issuedFaults({ title, secret }: Provider, own: string | null): UserError[] {
  if (secret === null) {
    return [{ field: ['id'], code: 'INVALID', message: `${title} has no secret to replace.` }];
  }
  if (own !== null || secret.generate !== null) return [];
  const message = `${title} issues the secret: give it as secret, which must be ${secret.right}.`;
  return [{ field: ['secret'], code: 'REQUIRED', message }];
}
