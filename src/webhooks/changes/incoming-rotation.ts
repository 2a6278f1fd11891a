// Replaces addresses and secrets of INCOMING webhooks; the old ones still work until an overlap ends.

import { recordAct } from '../../audit/write-audit-entry';
import { currentTime } from '../../clock';
import { InputError, type UserError } from '../../errors';
import type { Db } from '../../sql/db';
import type { Provider } from '../../verification/provider';
import { PROVIDERS } from '../../verification/providers/providers';
import type { Viewer } from '../../viewer';
import { getAgreement, renewAgreements } from '../incoming/incoming-agreement.store';
import { createIncomingToken } from '../incoming/incoming-token';
import { deleteExpiredTokens, expireTokens, liveTokens } from '../incoming/incoming-token.store';
import { createVerificationSecret, endEarlierSecrets, ownSecretFaults } from '../incoming/verification-secret';
import { MAX_LIVE_TOKENS } from '../setting-limits';
import type { WebhookRow } from '../webhook.store';
import { type WebhookRules, webhookToChange } from './outgoing-webhooks';

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
export async function rotateVerificationSecret(
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
