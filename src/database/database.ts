// The database of this process: the user's own PostgreSQL, or the embedded one.

import type { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import type { Log } from '../logging/log';
import { DatabaseStartError } from './start-with-database';

export interface Database {
  servingUrl: string;
  ownerUrl: string;
  /** The directory of the embedded PostgreSQL; null: DATABASE_URL. */
  cluster: string | null;
  encryptionKeys: Buffer[];
  stop(): Promise<void>;
}

/**
 * The database of DATABASE_URL; without it, starts the embedded PostgreSQL.
 * @param onLost called when the embedded PostgreSQL has ended and cannot be started again
 */
export async function openDatabase(config: Config, log: Log, onLost: (error: Error) => void): Promise<Database> {
  if (config.databaseUrl) {
    const ownerUrl = config.migrationDatabaseUrl ?? config.databaseUrl;
    const { databaseUrl: servingUrl, encryptionKeys } = config;
    return { servingUrl, ownerUrl, cluster: null, encryptionKeys, stop: async () => {} };
  }
  // loaded only here, because DATABASE_URL needs none of it
  const { startEmbeddedPostgres } = await import('./embedded-postgres/embedded-postgres.js');
  const embedded = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    onRestart: () => log.error('embedded PostgreSQL has ended, starting it again'),
    onFull: () =>
      log.error('embedded PostgreSQL has ended: its disk is full. It is started again once 32 MiB are free'),
    onGivenUp: onLost,
  });
  log.info({ dataPath: embedded.dataPath, connectionFile: embedded.connectionFile }, 'embedded PostgreSQL is running');
  if (embedded.socketFault) log.info({ reason: embedded.socketFault }, 'clients of the database connect over TCP');
  if (embedded.setAside) log.warn({ setAside: embedded.setAside }, 'a database without its passwords was set aside');
  const own = Buffer.from(embedded.encryptionKey, 'base64');
  return {
    servingUrl: embedded.servingUrl,
    ownerUrl: embedded.migrationUrl,
    cluster: embedded.clusterPath,
    encryptionKeys: config.encryptionKeys.length > 0 ? [...config.encryptionKeys, own] : [own],
    stop: () => embedded.stop(),
  };
}

/**
 * Warns if the login that serves requests could change closed rows.
 * @throws DatabaseStartError if that is so in production, unless ALLOW_OWNER_ROLE is on
 */
export async function refusePowerfulLogin(source: DataSource, config: Config, log: Log): Promise<void> {
  const [login] = await source.query<{ name: string; power: string | null }[]>(
    `select r.rolname as name, case when r.rolsuper then 'is a superuser'
       when pg_has_role(r.oid, c.relowner, 'member') then 'owns the tables'
       when r.rolbypassrls then 'has BYPASSRLS' end as power
     from pg_roles r, pg_class c where r.rolname = current_user and c.oid = 'webhook_request_logs'::regclass`,
  );
  if (!login?.power) return;
  const fault =
    `the login of DATABASE_URL, ${login.name}, ${login.power}, so with this login the triggers that keep closed rows ` +
    'unchanged can be switched off';
  const cure = 'set DATABASE_URL to a login that owns nothing, and MIGRATION_DATABASE_URL to the owner';
  if (config.production && !config.allowOwnerRole) {
    throw new DatabaseStartError(`It cannot start: ${fault}: ${cure}, or set ALLOW_OWNER_ROLE=1.`);
  }
  log.warn(`${fault}: ${cure}`);
}
