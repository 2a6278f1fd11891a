// What GET /readyz asks of the database.
import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { isConfigurationLimit, whyUnavailable } from '../sql/unavailable';
import { MIGRATIONS } from './data-source';

/** A monitor does not wait longer, and a network that has gone silent would let us wait for ever. */
const ANSWER_MS = 5_000;

/** Each check with its fault: null when there is none. */
export async function checkReadiness(source: DataSource): Promise<Record<string, string | null>> {
  const database = await checkDatabase(source);
  if (database !== null) return { database, migrations: 'unknown', queue: 'unknown' };
  const migrations = await check(
    source,
    'select count(*)::int as n from migrations',
    ([row]) => (row?.n === MIGRATIONS.length ? null : `${row?.n} of ${MIGRATIONS.length} have run`),
    'cannot be read',
  );
  const queue = await check(source, `select count(*)::int as n from pgboss.queue`, () => null, 'cannot be read');
  return { database, migrations, queue };
}

/** More than this memory holds, so that it is written to the disk: reads succeed where that is full, also all of those below. */
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
  // a limit of temporary files says nothing about the disk
  const fault = asked.catch((error: unknown) => (isConfigurationLimit(error) ? null : whyUnavailable(error)));
  return Promise.race([fault, wait(ANSWER_MS, 'cannot be reached', { ref: false })]);
}

async function check(
  source: DataSource,
  sql: string,
  judge: (rows: { n: number }[]) => string | null,
  fault: string,
): Promise<string | null> {
  const asked = source.query<{ n: number }[]>(sql).then(judge, () => fault);
  return Promise.race([asked, wait(ANSWER_MS, fault, { ref: false })]);
}
