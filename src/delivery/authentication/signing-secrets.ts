import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { currentTime } from '../../clock';
import type { Keyring } from '../../keyring/keyring';
import type { Db } from '../../sql/db';
import { openSigningSecret } from '../../webhooks/signing/signing-secret';
import { liveSecrets, type SecretRow } from '../../webhooks/signing/webhook-secret.store';
import type { SigningKey } from './sign';

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
