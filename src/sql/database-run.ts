import { type Db, rowOf, statement } from './db';

/**
 * SQL for what differs once the database was started anew, has recovered from a crash, or another server has taken its place: it may have
 * lost what was committed last, and then gives the numbers of those transactions to others. A crash of a single process of PostgreSQL
 * shows in the time at which the statistics were reset.
 */
export const DATABASE_RUN = `(select left(md5(concat(pg_postmaster_start_time(), ' ', s.stats_reset)), 8) from pg_stat_get_archiver() as s)`;

export async function databaseRun(db: Db): Promise<string> {
  const row = await rowOf<{ run: string }>(db, statement(`select ${DATABASE_RUN} as run`));
  return (row as { run: string }).run;
}
