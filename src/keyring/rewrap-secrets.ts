import type { Db } from '../sql/db';
import { FIRST_ID } from '../values/ids';
import {
  ENCRYPTED_TABLES,
  type EncryptedRow,
  type EncryptedTable,
  lockEncrypted,
  rewrapEncrypted,
} from './encrypted-secret.store';
import type { Keyring } from './keyring';

const BATCH = 500;

/**
 * Rewraps every secret of an older ENCRYPTION_KEY with the first one, one transaction per batch, so that the older key
 * can be removed from the list. Secrets that cannot be decrypted, or whose key is not in the list, do not change.
 * @returns the number of changed secrets, and the places of those that cannot be decrypted
 */
export async function rewrapSecrets(
  transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>,
  keyring: Keyring,
): Promise<{ rewrapped: number; broken: string[] }> {
  const broken: string[] = [];
  let rewrapped = 0;
  for (const table of ENCRYPTED_TABLES) {
    let after: string | null = FIRST_ID;
    while (after !== null) {
      const batch: Batch = await transaction((db) => rewrapBatch(db, keyring, table, after as string));
      rewrapped += batch.rewrapped;
      broken.push(...batch.broken);
      after = batch.last;
    }
  }
  return { rewrapped, broken };
}

interface Batch {
  rewrapped: number;
  broken: string[];
  /** null: no rows were left. */
  last: string | null;
}

async function rewrapBatch(db: Db, keyring: Keyring, table: EncryptedTable, after: string): Promise<Batch> {
  const [, ...older] = keyring.names;
  const rows = await lockEncrypted(db, table, older, after, BATCH);
  const broken: string[] = [];
  const changed = rows.flatMap((row) => {
    const place = `${table}|secret|${row.id}`;
    const encrypted = tryRewrap(keyring, row, place);
    if (!encrypted) broken.push(place);
    return encrypted ? [{ id: row.id, ...encrypted }] : [];
  });
  return { rewrapped: await rewrapEncrypted(db, table, changed), broken, last: rows.at(-1)?.id ?? null };
}

function tryRewrap(keyring: Keyring, row: EncryptedRow, place: string) {
  try {
    return keyring.rewrap(row, place);
  } catch {
    return null;
  }
}
