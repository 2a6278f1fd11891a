import DataLoader from 'dataloader';
import type { Db } from '../sql/db';
import { hashTokenText } from './token-hash';

const MAX_BATCH = 500;

/**
 * Finds rows by the hashes of their tokens, as the database has them now. Tokens of the same moment are looked up in
 * one statement.
 */
export function createTokenLookup<Row extends { tokenHash: Buffer }>(
  rowsByHash: (db: Db, hashes: readonly Buffer[]) => Promise<Row[]>,
): (db: Db, token: string) => Promise<Row | null> {
  const loaders = new WeakMap<Db, DataLoader<string, Row | null>>();
  const load = async (db: Db, hashes: readonly string[]): Promise<(Row | null)[]> => {
    const wanted = [...new Set(hashes)].map((hash) => Buffer.from(hash, 'base64'));
    const rows = await rowsByHash(db, wanted);
    const byHash = new Map(rows.map((row) => [row.tokenHash.toString('base64'), row]));
    return hashes.map((hash) => byHash.get(hash) ?? null);
  };
  const loaderOf = (db: Db) => {
    const known = loaders.get(db);
    if (known) return known;
    const loader = new DataLoader<string, Row | null>((hashes) => load(db, hashes), {
      // a token may be revoked at any time
      cache: false,
      maxBatchSize: MAX_BATCH,
      batchScheduleFn: setImmediate,
    });
    loaders.set(db, loader);
    return loader;
  };
  return (db, token) => loaderOf(db).load(hashTokenText(token));
}
