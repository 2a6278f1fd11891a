import type { DataSource } from 'typeorm';
import { ensureFirstAdministrator } from '../users/first-administrator';

const LOCK_KEY = 4_206_900_002;

/** One starter at a time: several processes that start on an empty database make one key between them. */
export function letInFirstAdministrator(source: DataSource, configured: string | null): Promise<string | null> {
  return source.transaction(async (db) => {
    await db.query('select pg_advisory_xact_lock($1)', [LOCK_KEY]);
    return ensureFirstAdministrator(db, configured);
  });
}
