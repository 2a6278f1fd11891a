import type { TestDatabase } from './database';

/**
 * How many rows of these tables `work` reads through `database.query`, in one transaction that is rolled back.
 * @param tables a regular expression
 */
export async function rowsRead({ query }: TestDatabase, tables: string, work: () => Promise<unknown>): Promise<number> {
  // what earlier transactions of the session have read is counted until it is sent to the statistics
  const read = async () =>
    (
      await query<{ rows: number }>(
        `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_xact_user_tables where relname ~ $1`,
        [tables],
      )
    )[0]?.rows ?? 0;
  await query('begin');
  const before = await read();
  await work();
  const after = await read();
  await query('rollback');
  return after - before;
}
