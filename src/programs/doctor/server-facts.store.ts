// What a server of PostgreSQL and the logins of Hookledger say of themselves.
import { type MigrationState, readMigrationState } from '../../database/stored-migrations';
import { type Db, rowOf, rowsOf } from '../../sql/db';
import type { SafeClient } from '../../sql/session';

export interface ServerSettings {
  fsync: boolean;
  fullPageWrites: boolean;
  synchronousCommit: boolean;
  encoding: string;
  /** Of this database. */
  bytes: number;
}

export async function serverSettings(db: Db): Promise<ServerSettings> {
  const row = await rowOf<ServerSettings>(
    db,
    `select current_setting('fsync') = 'on' as fsync, current_setting('full_page_writes') = 'on' as "fullPageWrites",
       current_setting('synchronous_commit') <> 'off' as "synchronousCommit", pg_encoding_to_char(encoding) as encoding,
       pg_database_size(oid)::float8 as bytes from pg_database where datname = current_database()`,
  );
  return row as ServerSettings;
}

/** Which migrations have run. */
export function migrationState(db: Db): Promise<MigrationState> {
  return readMigrationState((sql, values) => rowsOf(db, sql, values));
}

/** The tables of Hookledger that this login may not read. */
export async function unreadableTables(db: Db): Promise<string[]> {
  const own = db.dataSource.entityMetadatas.map(({ tableName }) => tableName);
  const rows = await rowsOf<{ name: string }>(
    db,
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relname = any($1)
       and not has_table_privilege(oid, 'select') order by relname`,
    [own],
  );
  return rows.map(({ name }) => name);
}

/** The tables of months up to this one, which is so many months ahead, that are missing. */
export async function missingMonths(db: Db, ahead: number): Promise<string[]> {
  const rows = await rowsOf<{ name: string }>(db, 'select name from missing_partitions($1)', [ahead]);
  return rows.map(({ name }) => name);
}

/** Where the server keeps its files. @returns null: this login may not know it, which takes pg_read_all_settings */
export async function dataDirectory(client: SafeClient | null): Promise<string | null> {
  const asked = client?.query<{ folder: string }>(`select current_setting('data_directory') as folder`);
  return (await asked?.catch(() => null))?.rows[0]?.folder ?? null;
}

const PARAMETERS = [
  'server_version',
  'max_connections',
  'shared_buffers',
  'effective_cache_size',
  'work_mem',
  'maintenance_work_mem',
  'wal_level',
  'max_wal_size',
  'checkpoint_timeout',
  'archive_mode',
  'fsync',
  'full_page_writes',
  'synchronous_commit',
  'autovacuum',
  'random_page_cost',
  'effective_io_concurrency',
  'statement_timeout',
  'idle_in_transaction_session_timeout',
  'TimeZone',
];

/** Those of the server that say how fast and how safe it is. */
export async function serverParameters(db: Db): Promise<Record<string, string>> {
  const rows = await rowsOf<{ name: string; value: string }>(
    db,
    `select name, concat(setting, ' ' || unit) as value from pg_settings where name = any($1) order by name`,
    [PARAMETERS],
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}
