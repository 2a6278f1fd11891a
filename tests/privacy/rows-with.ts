// Searches the whole database for a text: in texts, in bytes, and in search words.
import type { TestDatabase } from '../support/database';

/** @returns the number of rows that contain it, by table; partitions are counted as their parent */
export async function rowsWith(database: TestDatabase, text: string): Promise<Record<string, number>> {
  const tables = await database.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = 'public' order by 1`,
  );
  const found: Record<string, number> = {};
  const hex = Buffer.from(text).toString('hex');
  for (const { name } of tables) {
    const [row] = await database.query<{ count: number }>(
      `select count(*)::int as count from ${name} as r where position(lower($1) in lower(r::text)) > 0 or position($2 in r::text) > 0`,
      [text, hex],
    );
    if (row && row.count > 0) found[name.replace(/^public\./, '')] = row.count;
  }
  return found;
}
