import type { Db } from '../../sql/db';
import { createTokenLookup } from '../token-lookup';
import { type KeyWithUser, keysWithUsersByHash } from './api-key.store';
import { hasGeneratedForm, keyIdOf } from './api-key-token';

const lookUp = createTokenLookup(keysWithUsersByHash);

/** The key with this token, as the database has it now; null: there is none. It is found by its hash, which no timing reveals. */
export async function findKey(db: Db, token: string): Promise<KeyWithUser | null> {
  const isMistyped = hasGeneratedForm(token) && keyIdOf(token) === null;
  return isMistyped ? null : lookUp(db, token);
}
