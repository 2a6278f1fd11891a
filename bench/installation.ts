// One Hookledger for the whole benchmark: its PostgreSQL, its settings, and the processes that come and go.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../src/database/embedded-postgres/embedded-postgres';
import { type ServerProcess, startServer } from './server-process';

export interface Installation {
  adminKey: string;
  /** As the superuser, in the application's database. */
  sql: Client;
  /** Of `sql`. */
  sqlUrl: string;
  servingUrl: string;
  encryptionKey: string;
  postmasterPid: number;
  start(processes: 'api' | 'worker,indexer' | 'api,worker,indexer'): Promise<ServerProcess>;
  /** Stops what is still running, the database too, and removes every file. */
  stop(): Promise<void>;
}

// fsync and all else at their defaults: a figure that loses data in a power cut is none
const SETTINGS = { shared_preload_libraries: 'pg_stat_statements' };

export async function createInstallation(): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'hookledger-bench-'));
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    binaries: process.env.TEST_POSTGRES_BINARIES,
    settings: SETTINGS,
  });
  const running = new Set<ServerProcess>();
  const sqlUrl = Object.assign(new URL(postgres.superuserUrl), { pathname: '/hookledger' }).href;
  const sql = new Client({ connectionString: sqlUrl });
  const adminKey = `bench-administrator-${randomBytes(12).toString('hex')}`;
  const env = {
    DATABASE_URL: postgres.servingUrl,
    MIGRATION_DATABASE_URL: postgres.migrationUrl,
    ENCRYPTION_KEY: postgres.encryptionKey,
    ADMIN_API_KEY: adminKey,
    ALLOW_HTTP_TARGETS: 'on',
    ALLOWED_TARGET_NETWORKS: '127.0.0.0/8',
    // they count, but the load is one key's: what it may send must not be what is measured
    RATE_LIMIT_REQUESTS_PER_SECOND: '1000000',
    RATE_LIMIT_COST_PER_MINUTE: '999999999',
    LOG_LEVEL: 'info',
  };
  const stop = async () => {
    for (const server of running) await server.stop();
    await sql.end().catch(() => undefined);
    await postgres.stop();
    await rm(postgres.dataPath, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await sql.connect();
    await sql.query('create extension pg_stat_statements');
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    adminKey,
    sql,
    sqlUrl,
    servingUrl: postgres.servingUrl,
    encryptionKey: postgres.encryptionKey,
    postmasterPid: await postmasterOf(postgres.dataPath),
    stop,
    async start(processes) {
      const port: Record<string, string> = processes === 'worker,indexer' ? {} : { PORT: '0' };
      const server = await startServer({ ...env, ...port, PROCESSES: processes }, folder);
      running.add(server);
      return {
        ...server,
        stop: async () => {
          running.delete(server);
          await server.stop();
        },
      };
    },
  };
}

async function postmasterOf(dataPath: string): Promise<number> {
  const file = await readFile(join(dataPath, 'cluster', 'postmaster.pid'), 'latin1');
  return Number.parseInt(file, 10);
}
