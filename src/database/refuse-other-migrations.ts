// Until the first release the text of the migrations still changes. A database made from another text has other tables.
import type { DataSource } from 'typeorm';
import { databaseAddress } from './database-address';
import { MIGRATION_FILES, TIMESTAMPS } from './migrations';
import { DatabaseStartError } from './start-with-database';

/**
 * @param cluster the directory of the embedded PostgreSQL; null: DATABASE_URL
 * @throws DatabaseStartError if a migration of another text has run in this database
 */
export async function refuseOtherMigrations(owner: DataSource, cluster: string | null): Promise<void> {
  const ours = new Set(owner.migrations.map(({ name }) => name));
  const others = (await storedNames(owner)).filter((name) => !ours.has(name));
  if (others.length === 0) return;
  throw new DatabaseStartError(
    `It cannot start: ${placeOf(owner, cluster)} was made from other migrations than those of this version ` +
      `(${differences(others)}): start the version that made it, or ${cure(cluster)}.`,
  );
}

/**
 * For commands beside the server: without its settings they would use another database, such as a new embedded one.
 * @param dataDir of embedded PostgreSQL; null: DATABASE_URL
 * @throws DatabaseStartError if no migration has run in this database
 */
export async function refuseWithoutMigrations(source: DataSource, dataDir: string | null): Promise<void> {
  if ((await storedNames(source)).length > 0) return;
  const place = dataDir === null ? placeOf(source, null) : `the embedded database of DATA_DIR (${dataDir})`;
  const setting = dataDir === null ? 'DATABASE_URL' : 'DATABASE_URL or DATA_DIR';
  throw new DatabaseStartError(
    `Nothing was done: ${place} has no tables of Hookledger. Give this command the settings of the server, such as ${setting}; the ` +
      'first start of the server makes the tables.',
  );
}

/** Without those of other programs, which may use the same table. */
async function storedNames(owner: DataSource): Promise<string[]> {
  const [table] = await owner.query<{ exists: boolean }[]>(`select to_regclass('migrations') is not null as exists`);
  if (!table?.exists) return [];
  const rows = await owner.query<{ name: string }[]>(
    'select name from migrations where timestamp between $1 and $2 order by timestamp',
    [TIMESTAMPS.first, TIMESTAMPS.last],
  );
  return rows.map(({ name }) => name);
}

function differences(others: readonly string[]): string {
  const files = others.map((name) => name.split(' ')[0] ?? name);
  const changed = files.filter((file) => MIGRATION_FILES.includes(file));
  const unknown = files.filter((file) => !MIGRATION_FILES.includes(file));
  const more = unknown.length > 1 ? ` and ${unknown.length - 1} more` : '';
  return [
    ...(changed.length > 0 ? [`another text of ${changed.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`this version does not have ${unknown[0]}${more}`] : []),
  ].join('; ');
}

function placeOf(owner: DataSource, cluster: string | null): string {
  if (cluster !== null) return 'the embedded database';
  return `the database at ${databaseAddress((owner.options as { url: string }).url)}`;
}

function cure(cluster: string | null): string {
  return cluster === null
    ? 'create a new, empty database and set DATABASE_URL and MIGRATION_DATABASE_URL to it'
    : `move away or delete ${cluster}, which contains all its data, so that the next start makes a new database ` +
        '(keep the encryption key: it is in DATA_DIR)';
}
