// The checks of the database for GET /readyz.
import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { refusedRowWithin } from '../errors/errors';
import { faultOfDatabase, isConfigurationLimit } from '../sql/database-errors';
import { DELIVER } from './pools';
import { DatabaseStartError, PAST_THE_POOLER } from './start-with-database';
import { migrationFault } from './stored-migrations';

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
  const asked = migrationFault(source).catch(() => 'cannot be read');
  return Promise.race([asked, wait(ANSWER_MS, 'cannot be read', { ref: false })]);
}

/**
 * Refuses a connection pooler that drops the settings of sessions: without them statements have no time limit and other plans; and one
 * that shares sessions between transactions loses prepared statements too.
 * @param deliver the pool DELIVER
 */
export async function refusePooler(deliver: DataSource): Promise<void> {
  const [row] = await deliver.query<{ mode: string }[]>(`select current_setting('plan_cache_mode') as mode`);
  if (row?.mode === DELIVER.settings.plan_cache_mode) return;
  throw new DatabaseStartError(
    `It cannot start: a connection pooler in front of the database drops the settings of sessions. ${PAST_THE_POOLER}`,
  );
}
