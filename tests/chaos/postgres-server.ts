import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { prepareBinaries } from '../../src/database/embedded-postgres/binaries';
import { createCluster } from '../../src/database/embedded-postgres/cluster';
import { prepareDataPaths } from '../../src/database/embedded-postgres/data-paths';
import { openLog } from '../../src/database/embedded-postgres/files/log-file';
import { freePort } from '../../src/database/embedded-postgres/free-port';
import { prepareLogins, type Urls, urlsAt } from '../../src/database/embedded-postgres/logins';
import { findLiveServer, removeStalePostmasterFile } from '../../src/database/embedded-postgres/postmaster-file';
import { createSecrets } from '../../src/database/embedded-postgres/secrets';
import { findServerUser } from '../../src/database/embedded-postgres/server-user';
import { serverArguments } from '../../src/database/embedded-postgres/settings';
import { startWatched, type WatchedProcess } from '../../src/database/embedded-postgres/watched-process';
import { waitFor } from '../support/wait-for';

/** SIGINT is the fast shutdown, SIGQUIT the immediate one, SIGKILL what the kernel does when memory runs out. */
export type StopSignal = 'SIGINT' | 'SIGQUIT' | 'SIGKILL';

/** A PostgreSQL server of its own, of which nothing is switched off but the waiting for the disk. */
export interface PostgresServer {
  /** null: it does not run. */
  port(): number | null;
  /** As if it listened on this port: what a proxy in front of it has. */
  urlsAt(port: number): Urls;
  start(): Promise<void>;
  stop(signal: StopSignal): Promise<void>;
  /** Before anybody is connected. */
  moveTablesTo(folder: string): Promise<void>;
  /** As the superuser, in the database of the application. */
  query<Row>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Stops it and removes what it had. */
  remove(): Promise<void>;
}

/** The binaries are those of the installed package, or of the `native` folder that TEST_POSTGRES_BINARIES names. */
export async function createPostgresServer(): Promise<PostgresServer> {
  const user = await findServerUser();
  const paths = await prepareDataPaths(await mkdtemp(join(tmpdir(), 'hookledger-chaos-')), user);
  const binaries = await prepareBinaries(process.env.TEST_POSTGRES_BINARIES, paths, user);
  const secrets = await createSecrets(paths.secretsFile);
  await createCluster(binaries.folder, binaries.major, paths, user, secrets.passwords.superuser, false);
  // over TCP, since a proxy stands in front of it
  const urls = (port: number) => urlsAt({ port, socketFolder: null }, secrets);
  let running: { watched: WatchedProcess; port: number } | null = null;

  const startOnce = async (): Promise<boolean> => {
    await removeStalePostmasterFile(paths.cluster);
    const port = await freePort();
    const log = await openLog(paths.log);
    const args = serverArguments(paths.cluster, { port, socketFolder: null }, { fsync: 'off' });
    const watched = startWatched(binaries.folder, 'postgres', args, user, log.fd);
    await log.close();
    while ((await findLiveServer(paths.cluster))?.status !== 'ready') {
      if (watched.exitCode() !== null) return false;
      await wait(20);
    }
    running = { watched, port };
    return true;
  };

  const inDatabase = async <Row>(name: string, sql: string, values?: unknown[]): Promise<Row[]> => {
    const url = urls(running?.port ?? 0).superuserUrl;
    const client = new Client({ connectionString: Object.assign(new URL(url), { pathname: `/${name}` }).href });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(sql, values)).rows as Row[];
    } finally {
      await client.end();
    }
  };

  const server: PostgresServer = {
    port: () => running?.port ?? null,
    urlsAt: urls,
    // the memory of a killed server is held until the last of its processes has noticed
    start: async () => void (await waitFor(`PostgreSQL to start (its log: ${paths.log})`, startOnce)),
    async stop(signal) {
      if (running === null) return;
      const { watched } = running;
      running = null;
      const live = await findLiveServer(paths.cluster);
      if (live) process.kill(live.pid, signal);
      await watched.ended;
    },
    async moveTablesTo(folder) {
      await inDatabase('postgres', `create tablespace chaos location '${folder}'`);
      await inDatabase('postgres', 'alter database hookledger set tablespace chaos');
    },
    query: (sql, values) => inDatabase('hookledger', sql, values),
    async remove() {
      await server.stop('SIGINT');
      for (const path of [paths.dataDir, paths.home]) await rm(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  await server.start();
  await prepareLogins(urls(server.port() as number).superuserUrl, secrets);
  return server;
}
