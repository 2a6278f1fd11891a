// Finds API keys by their tokens.
import DataLoader from 'dataloader';
import type { Db } from '../sql/db';
import { type KeyWithUser, keysWithUsersByHash } from './api-key.store';
import { hasGeneratedForm, hashToken, keyIdOf } from './api-key-token';

const MAX_BATCH = 500;
const loaders = new WeakMap<Db, DataLoader<string, KeyWithUser | null>>();

/**
 * The key with this token, as the database has it now; null: there is none. Tokens of the same moment are looked up in
 * one statement.
 */
export async function findKey(db: Db, token: string): Promise<KeyWithUser | null> {
  const isMistyped = hasGeneratedForm(token) && keyIdOf(token) === null;
  return isMistyped ? null : loaderOf(db).load(hashToken(token).toString('base64'));
}

function loaderOf(db: Db): DataLoader<string, KeyWithUser | null> {
  const known = loaders.get(db);
  if (known) return known;
  const loader = new DataLoader<string, KeyWithUser | null>((hashes) => load(db, hashes), {
    // a key may be revoked at any time
    cache: false,
    maxBatchSize: MAX_BATCH,
    batchScheduleFn: setImmediate,
  });
  loaders.set(db, loader);
  return loader;
}

async function load(db: Db, hashes: readonly string[]): Promise<(KeyWithUser | null)[]> {
  const wanted = [...new Set(hashes)].map((hash) => Buffer.from(hash, 'base64'));
  const keys = await keysWithUsersByHash(db, wanted);
  const byHash = new Map(keys.map((key) => [key.tokenHash.toString('base64'), key]));
  return hashes.map((hash) => byHash.get(hash) ?? null);
}
