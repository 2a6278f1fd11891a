import { createHmac, type KeyObject, sign } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Keyring } from '../../keyring/keyring';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { openSigningSecret } from '../../webhooks/signing/signing-secret';
import { liveSecrets, type SecretRow } from '../../webhooks/signing/webhook-secret.store';
import type { SignatureScheme } from '../../webhooks/webhook.entity';

/** A decrypted signing secret. */
interface SigningKey {
  id: string;
  scheme: SignatureScheme;
  key: KeyObject;
}

/**
 * The headers that authenticate a delivery. V1 and V1A sign `id.timestamp.body` (Standard Webhooks 1.0.0, "Signature
 * scheme"), once with each key, so that a receiver can verify with the old or the new one during a rotation. FRAPPE signs
 * the body only, once.
 * @param id the same for every attempt, so that a receiver recognises repetitions
 * @param timestamp of this attempt, in seconds since 1970
 * @param keys newest first
 */
export function signatureHeaders(
  id: string,
  timestamp: number,
  body: Buffer,
  keys: readonly SigningKey[],
): [string, string][] {
  const start = `${id}.${timestamp}.`;
  const v1 = keys.filter((each) => each.scheme === 'V1').map(({ key }) => `v1,${hmac(key, start, body)}`);
  const v1a = keys.filter((each) => each.scheme === 'V1A').map(({ key }) => `v1a,${ed25519(key, start, body)}`);
  const frappe = keys.find((each) => each.scheme === 'FRAPPE');
  const headers: [string, string][] = [
    ['webhook-id', id],
    ['webhook-timestamp', String(timestamp)],
  ];
  if (v1.length + v1a.length > 0) headers.push(['webhook-signature', [...v1, ...v1a].join(' ')]);
  if (frappe) headers.push(['X-Frappe-Webhook-Signature', hmac(frappe.key, '', body)]);
  return headers;
}

function hmac(key: KeyObject, start: string, body: Buffer): string {
  return createHmac('sha256', key).update(start).update(body).digest('base64');
}

// ed25519 reads its message twice (RFC 8032, section 5.1.6), so it cannot be streamed
function ed25519(key: KeyObject, start: string, body: Buffer): string {
  return sign(null, Buffer.concat([Buffer.from(start), body]), key).toString('base64');
}

/** The current signing keys of a webhook, newest first; or why there is none. */
export interface SigningSecrets {
  keys: readonly SigningKey[];
  fault: string | null;
}

const NONE: SigningSecrets = { keys: [], fault: 'this webhook has no valid signing secret' };

/** A secret that cannot be decrypted affects only its own webhook. */
export async function signingSecretsOf(
  db: Db,
  keyring: Keyring,
  webhookIds: readonly string[],
): Promise<(webhookId: string) => SigningSecrets> {
  const rows = await liveSecrets(db, [...new Set(webhookIds)], currentTime());
  const opened = new Map(
    [...Map.groupBy(rows, (row) => row.webhookId)].map(([id, own]) => [id, openAll(own, keyring)]),
  );
  return (webhookId) => opened.get(webhookId) ?? NONE;
}

// All or none: during a rotation it is unknown which of them the partner verifies.
function openAll(rows: readonly SecretRow[], keyring: Keyring): SigningSecrets {
  try {
    const keys = signersOf(rows).map((row) => ({ id: row.id, scheme: row.kind, key: keyOf(row, keyring) }));
    return { keys, fault: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { keys: [], fault: `the signing secret of this webhook cannot be decrypted: ${why}` };
  }
}

// Receivers built for Frappe compare the whole header with one signature, so only one is sent: of the oldest secret, which
// they use until its overlap ends.
function signersOf(rows: readonly SecretRow[]): SecretRow[] {
  const oldestOfFrappe = rows.findLast((row) => row.kind === 'FRAPPE');
  return rows.filter((row) => row.kind !== 'FRAPPE' || row === oldestOfFrappe);
}

const MAX_OPENED = 10_000;
const openedBy = new WeakMap<Keyring, LRUCache<string, { box: Buffer; key: KeyObject }>>();

// Decrypting a secret costs more than signing with it, so keys are cached. The rows are read for every batch, so a rotation
// takes effect at once, and a key is used only for the ciphertext that it was decrypted from.
function keyOf(row: SecretRow, keyring: Keyring): KeyObject {
  const opened = openedBy.get(keyring) ?? new LRUCache<string, { box: Buffer; key: KeyObject }>({ max: MAX_OPENED });
  openedBy.set(keyring, opened);
  const known = opened.get(row.id);
  if (known?.box.equals(row.box)) return known.key;
  const key = openSigningSecret(keyring, row);
  opened.set(row.id, { box: row.box, key });
  return key;
}
