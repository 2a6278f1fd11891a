import type { TestDatabase } from './database';

/** All rows of all tables as text, bytes as hexadecimal: what a thief of a backup can search. */
export async function dumpOf(database: TestDatabase): Promise<string> {
  const tables = await database.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'`,
  );
  const rows = [];
  for (const { name } of tables)
    rows.push(...(await database.query<{ row: string }>(`select t::text as row from ${name} t`)));
  return rows.map(({ row }) => row).join('\n');
}

/** The forms in which these bytes could stand in a dump. */
export function formsOf(secret: Buffer | string): string[] {
  const bytes = Buffer.from(secret);
  return [bytes.toString('latin1'), bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')];
}
