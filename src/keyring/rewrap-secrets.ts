import { FIRST_ID } from '../ids';
import type { Db } from '../sql/db';
import type { Keyring } from './keyring';
import { lockSealed, rewrapSealed, SEALED_TABLES, type SealedRow, type SealedTable } from './sealed-secret.store';

const BATCH = 500;

/**
 * Rewraps every secret of an older ENCRYPTION_KEY with the first one, one transaction per batch, so that the older key
 * can be removed from the list. Secrets that do not open, or whose key is not in the list, do not change.
 * @returns the number of changed secrets, and the places of those that do not open
 */
export async function rewrapSecrets(
  transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>,
  keyring: Keyring,
): Promise<{ rewrapped: number; broken: string[] }> {
  const broken: string[] = [];
  let rewrapped = 0;
  for (const table of SEALED_TABLES) {
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

async function rewrapBatch(db: Db, keyring: Keyring, table: SealedTable, after: string): Promise<Batch> {
  const [, ...older] = keyring.names;
  const rows = await lockSealed(db, table, older, after, BATCH);
  const broken: string[] = [];
  const changed = rows.flatMap((row) => {
    const place = `${table}|secret|${row.id}`;
    const sealed = tryRewrap(keyring, row, place);
    if (!sealed) broken.push(place);
    return sealed ? [{ id: row.id, ...sealed }] : [];
  });
  return { rewrapped: await rewrapSealed(db, table, changed), broken, last: rows.at(-1)?.id ?? null };
}

function tryRewrap(keyring: Keyring, row: SealedRow, place: string) {
  try {
    return keyring.rewrap(row, place);
  } catch {
    return null;
  }
}
