import type { TestDatabase } from '../support/database';
import { waitFor } from '../support/wait-for';

/** Starts all of these while the row is locked, and unlocks it when each waits: they change it at the same instant. */
export function atOnce<T>(
  database: TestDatabase,
  row: { table: 'users' | 'api_keys'; id: string | null },
  works: (() => Promise<T>)[],
): Promise<T[]> {
  return afterWaiting(database, [`select from ${row.table} where id = $1 for no key update`, [row.id]], works);
}

/** The same with what another statement locks, whose changes are undone. */
export async function afterWaiting<T>(
  database: TestDatabase,
  [sql, values]: [sql: string, values: unknown[]],
  works: (() => Promise<T>)[],
): Promise<T[]> {
  await database.query('begin');
  try {
    await database.query(sql, values);
    const answers = Promise.all(works.map((work) => work()));
    await waitFor('all to wait for the row', async () => {
      await database.query('select pg_stat_clear_snapshot()');
      const [{ waiting }] = (await database.query<{ waiting: number }>(
        `select count(*)::int as waiting from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      )) as [{ waiting: number }];
      return waiting === works.length;
    });
    await database.query('rollback');
    return await answers;
  } finally {
    await database.query('rollback');
  }
}
