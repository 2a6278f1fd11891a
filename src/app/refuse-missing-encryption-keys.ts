import type { DataSource } from 'typeorm';
import { DatabaseStartError } from '../database/start-with-database';
import { keysInUse } from '../keyring/encrypted-secret.store';
import type { Keyring } from '../keyring/keyring';

/**
 * Called at the start, so that a missing key is found then and not at the next delivery.
 * @throws DatabaseStartError that names the keys which ENCRYPTION_KEY lacks
 */
export async function refuseMissingEncryptionKeys(source: DataSource, keyring: Keyring): Promise<void> {
  const unknown = (await keysInUse(source.manager)).filter((kek) => !keyring.knows(kek));
  if (unknown.length > 0) {
    throw new DatabaseStartError(
      `ENCRYPTION_KEY lacks the key ${unknown.join(', ')} under which secrets in this database are encrypted: ` +
        'add it to the list.',
    );
  }
}
