// The checks of the database for GET /readyz.
import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { refusedRowWithin } from '../refused-rows';
import { faultOfDatabase, isConfigurationLimit } from '../sql/database-errors';
import { MIGRATIONS } from './migrations';

/** Monitors do not wait longer, and on a silent network a query would wait without end. */
const ANSWER_MS = 5_000;
const REFUSED_MS = 60_000;

/** Each check with its fault; null: no fault. */
export async function checkReadiness(source: DataSource): Promise<Record<string, string | null>> {
  const database = await checkDatabase(source);
  const clock = refusedRowWithin(REFUSED_MS);
  if (database !== null) return { database, migrations: 'unknown', clock };
  return { database, migrations: await checkMigrations(source), clock };
}

/** The sort below needs more than this, so that it writes to the disk: plain reads succeed even if the disk is full. */
const SMALL_MEMORY = `set local work_mem = '64kB'`;
const TO_THE_DISK = 'select count(*) from (select md5(n::text) from generate_series(1, 5000) n order by 1) as sorted';

async function checkDatabase(source: DataSource): Promise<string | null> {
  const asked = source.transaction(async (db) => {
    const sql = `select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as "isReadOnly"`;
    const [row] = await db.query<{ isReadOnly: boolean }[]>(sql);
    if (row?.isReadOnly) return 'is read-only';
    await db.query(SMALL_MEMORY);
    await db.query(TO_THE_DISK);
    return null;
  });
  // temp_file_limit says nothing about the disk
  const fault = asked.catch((error: unknown) => (isConfigurationLimit(error) ? null : faultOfDatabase(error)));
  return Promise.race([fault, wait(ANSWER_MS, 'cannot be reached', { ref: false })]);
}

async function checkMigrations(source: DataSource): Promise<string | null> {
  const fault = 'cannot be read';
  const asked = source.query<{ n: number }[]>('select count(*)::int as n from migrations').then(
    ([row]) => (row?.n === MIGRATIONS.length ? null : `${row?.n} of ${MIGRATIONS.length} have run`),
    () => fault,
  );
  return Promise.race([asked, wait(ANSWER_MS, fault, { ref: false })]);
}
