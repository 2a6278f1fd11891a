import type { Db } from '../sql/db';
import type { Keyring } from '../webhooks/keyring';
import { openSigningSecret } from '../webhooks/signing-secret';
import { liveSecrets, type SecretRow } from '../webhooks/webhook-secret.store';

interface OpenedSecret {
  id: string;
  bytes: Buffer;
}

/** What signs for one webhook now, newest first; or why nothing can. */
export interface SigningSecrets {
  secrets: readonly OpenedSecret[];
  fault: string | null;
}

const NONE: SigningSecrets = { secrets: [], fault: 'this webhook has no signing secret that is still valid' };

/** A secret that cannot be opened is the fault of its own webhook: the others go on. */
export async function signingSecretsOf(
  db: Db,
  keyring: Keyring,
  webhookIds: readonly string[],
): Promise<(webhookId: string) => SigningSecrets> {
  const rows = await liveSecrets(db, [...new Set(webhookIds)], new Date());
  const opened = new Map([...Map.groupBy(rows, (row) => row.webhookId)].map(([id, own]) => [id, open(own, keyring)]));
  return (webhookId) => opened.get(webhookId) ?? NONE;
}

// All or none: during a rotation nobody knows which of them the partner already checks.
function open(rows: readonly SecretRow[], keyring: Keyring): SigningSecrets {
  try {
    return { secrets: rows.map((row) => ({ id: row.id, bytes: openSigningSecret(keyring, row) })), fault: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { secrets: [], fault: `the signing secret of this webhook cannot be opened: ${why}` };
  }
}
