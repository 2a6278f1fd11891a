// What the database says of the migrations that have run in it, and whether this version may work on it. A version works on its own
// migrations, and beside those of later versions that name it, or an older one, as the oldest: the processes of an upgrade are replaced
// one after the other. A database that was made from another text of a migration has other tables.
import type { DataSource } from 'typeorm';
import { VERSION } from '../system/version';
import {
  isAtLeast,
  MIGRATION_FILES,
  MIGRATIONS,
  type StoredMigration,
  storedMigration,
  TIMESTAMPS,
} from './migrations';
import { DatabaseStartError, databaseAddress } from './start-with-database';

/** Runs a statement. */
export type Ask = (sql: string, values?: unknown[]) => Promise<unknown[]>;

export interface MigrationState {
  /** The files of this version that have not run. */
  pending: string[];
  /** Those that this version does not have, beside which it works. */
  later: StoredMigration[];
  /** Those beside which only later versions work. */
  beyond: StoredMigration[];
  /** Those of another text than this version's, or that no later version of it can have. */
  foreign: StoredMigration[];
}

const OURS = MIGRATIONS.map((Migration) => new Migration().name);

/** @throws Error of PostgreSQL if the table of migrations is missing */
async function storedNames(ask: Ask): Promise<string[]> {
  // other programs may use the same table
  const sql = 'select name from migrations where timestamp between $1 and $2 order by timestamp';
  const rows = await ask(sql, [TIMESTAMPS.first, TIMESTAMPS.last]);
  return (rows as { name: string }[]).map(({ name }) => name);
}

async function hasTable(ask: Ask): Promise<boolean> {
  const [table] = await ask(`select to_regclass('migrations') is not null as exists`);
  return (table as { exists: boolean }).exists;
}

export async function readMigrationState(ask: Ask): Promise<MigrationState> {
  return stateOf((await hasTable(ask)) ? await storedNames(ask) : []);
}

function stateOf(names: readonly string[]): MigrationState {
  const state: MigrationState = { pending: [], later: [], beyond: [], foreign: [] };
  const unknown = names.filter((name) => !OURS.includes(name)).map(storedMigration);
  for (const migration of unknown) {
    const { file, beside } = migration;
    if (beside === null || MIGRATION_FILES.includes(file)) state.foreign.push(migration);
    else if (isAtLeast(VERSION, beside)) state.later.push(migration);
    else state.beyond.push(migration);
  }
  const isKnown = (file: string) => names.some((name) => storedMigration(name).file === file);
  state.pending = MIGRATION_FILES.filter((file) => !isKnown(file));
  return state;
}

/** For GET /readyz. @returns null: this version may work here */
export async function migrationFault(source: DataSource): Promise<string | null> {
  const state = stateOf(await storedNames((sql, values) => source.query(sql, values)));
  if (state.foreign.length > 0) return differences(state.foreign);
  if (state.beyond.length > 0) return needsLaterVersion(state.beyond);
  const { length } = MIGRATION_FILES;
  return state.pending.length === 0 ? null : `${length - state.pending.length} of ${length} have run`;
}

/** Which database it is, for messages. */
export interface Place {
  url: string;
  /** The directory of the embedded PostgreSQL; null: DATABASE_URL. */
  cluster: string | null;
}

/** @throws DatabaseStartError if this version may not work on the database */
export function refuseOtherMigrations({ foreign, beyond }: MigrationState, at: Place): void {
  const place = nameOf(at);
  if (foreign.length > 0) {
    throw new DatabaseStartError(
      `It cannot start: ${place} was made from other migrations than those of this version (${differences(foreign)}): ` +
        `start the version that made it, or ${cure(at)}.`,
    );
  }
  if (beyond.length > 0) {
    throw new DatabaseStartError(
      `It cannot start: ${place} was upgraded by a later version: ${needsLaterVersion(beyond)}. Start the later version, or restore a ` +
        'backup that was made before (docs/upgrade.md).',
    );
  }
}

/**
 * For commands beside the server: without its settings they would use another database, such as a new embedded one.
 * @param dataDir of embedded PostgreSQL
 * @throws DatabaseStartError if no migration has run in this database, or this version may not work on it
 */
export async function refuseWithoutMigrations(source: DataSource, at: Place, dataDir: string): Promise<void> {
  const state = await readMigrationState((sql, values) => source.query(sql, values));
  if (state.pending.length < MIGRATION_FILES.length) return refuseOtherMigrations(state, at);
  const place = at.cluster === null ? nameOf(at) : `${nameOf(at)} of DATA_DIR (${dataDir})`;
  const setting = at.cluster === null ? 'DATABASE_URL' : 'DATABASE_URL or DATA_DIR';
  throw new DatabaseStartError(
    `Nothing was done: ${place} has no tables of Hookledger. Give this command the settings of the server, such as ${setting}; the ` +
      'first start of the server makes the tables.',
  );
}

function needsLaterVersion(beyond: readonly StoredMigration[]): string {
  const last = beyond.reduce((one, other) => (isAtLeast(other.beside ?? '', one.beside ?? '') ? other : one));
  return `${last.file} has run, beside which version ${last.beside} and later ones work, and this is ${VERSION}`;
}

function differences(others: readonly StoredMigration[]): string {
  const files = others.map(({ file }) => file);
  const changed = files.filter((file) => MIGRATION_FILES.includes(file));
  const unknown = files.filter((file) => !MIGRATION_FILES.includes(file));
  const more = unknown.length > 1 ? ` and ${unknown.length - 1} more` : '';
  return [
    ...(changed.length > 0 ? [`another text of ${changed.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`this version does not have ${unknown[0]}${more}`] : []),
  ].join('; ');
}

function nameOf({ url, cluster }: Place): string {
  return cluster === null ? `the database at ${databaseAddress(url)}` : 'the embedded database';
}

function cure({ cluster }: Place): string {
  return cluster === null
    ? 'create a new, empty database and set DATABASE_URL and MIGRATION_DATABASE_URL to it'
    : `move away or delete ${cluster}, which contains all its data, so that the next start makes a new database ` +
        '(keep the encryption key: it is in DATA_DIR)';
}
