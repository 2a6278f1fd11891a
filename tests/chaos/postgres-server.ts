import { execFile } from 'node:child_process';
import { appendFile, chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { prepareBinaries } from '../../src/database/embedded-postgres/binaries';
import { createCluster } from '../../src/database/embedded-postgres/cluster';
import {
  chownIds,
  findServerUser,
  prepareDataPaths,
  type ServerUser,
} from '../../src/database/embedded-postgres/data-paths';
import { openLog } from '../../src/database/embedded-postgres/files';
import { freePort } from '../../src/database/embedded-postgres/free-port';
import { createSecrets, prepareLogins, type Urls, urlsAt } from '../../src/database/embedded-postgres/logins';
import { findLiveServer, removeStalePostmasterFile } from '../../src/database/embedded-postgres/postmaster-file';
import { serverArguments } from '../../src/database/embedded-postgres/server';
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
  /** Another server that follows it, from a copy of its files. */
  startStandby(): Promise<StandbyServer>;
  /**
   * Its files while it works, from which `recover` makes a server.
   * @param pgBasebackup the program that copies them; default: this test does
   * @returns the folder with them
   */
  copyFiles(pgBasebackup?: string): Promise<string>;
  /**
   * Another server, with its logins, from a copy of its files and the log that it has archived. Ends at a restore point.
   * @param home the folder with the copy, which is its own from now on
   */
  recover(home: string, restorePoint: string): Promise<RecoveredServer>;
  /** Stops it and removes what it had. */
  remove(): Promise<void>;
}

export interface RecoveredServer {
  port: number;
  remove(): Promise<void>;
}

/** It has the logins of its primary. */
export interface StandbyServer {
  port: number;
  /** As the superuser, in the database of the application. */
  query: PostgresServer['query'];
  /** It gets nothing more of what its primary commits. */
  fallBehind(): Promise<void>;
  promote(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * The binaries are those of the installed package, or of the `native` folder that TEST_POSTGRES_BINARIES names.
 * @param archives whether it keeps its write-ahead log, for `recover`
 */
export async function createPostgresServer({ archives = false } = {}): Promise<PostgresServer> {
  const user = await findServerUser();
  const paths = await prepareDataPaths(await mkdtemp(join(tmpdir(), 'hookledger-chaos-')), user);
  const binaries = await prepareBinaries(process.env.TEST_POSTGRES_BINARIES, paths, user);
  const secrets = await createSecrets(paths.secretsFile);
  await createCluster(binaries.folder, binaries.major, paths, user, secrets.passwords.superuser, false);
  // over TCP, since a proxy stands in front of it
  const urls = (port: number) => urlsAt({ port, socketFolder: null }, secrets);
  const archive = join(paths.home, 'archive');
  const archiving = { archive_mode: 'on', archive_command: `cp %p ${archive}/%f` };
  const settings: Record<string, string> = { fsync: 'off', ...(archives && archiving) };
  if (archives) {
    await mkdir(archive);
    if (user) await chown(archive, ...chownIds(user));
  }
  let running: { watched: WatchedProcess; port: number } | null = null;

  const startOnce = async (): Promise<boolean> => {
    await removeStalePostmasterFile(paths.cluster);
    const port = await freePort();
    const log = await openLog(paths.log);
    const args = serverArguments(paths.cluster, { port, socketFolder: null }, settings);
    const watched = startWatched(binaries.folder, 'postgres', args, user, log.fd);
    await log.close();
    while ((await findLiveServer(paths.cluster))?.status !== 'ready') {
      if (watched.exitCode() !== null) return false;
      await wait(20);
    }
    running = { watched, port };
    return true;
  };

  const inDatabase = <Row>(name: string, sql: string, values?: unknown[]) =>
    ask<Row>(running?.port ?? 0, name, sql, values);

  const ask = async <Row>(port: number, name: string, sql: string, values?: unknown[]): Promise<Row[]> => {
    const url = urls(port).superuserUrl;
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
    async startStandby() {
      const primary = new URL(urls(running?.port ?? 0).superuserUrl);
      const home = await copyOfCluster(primary.href, paths.cluster, user, 'standby.signal');
      const cluster = join(home, 'cluster');
      const { username, password, port: from } = primary;
      const conninfo = `host=127.0.0.1 port=${from} user=${username} password=${decodeURIComponent(password)}`;
      const port = await freePort();
      const log = await openLog(join(home, 'server.log'));
      const settings = { fsync: 'off', hot_standby: 'on' };
      await appendFile(join(cluster, 'postgresql.auto.conf'), `\nprimary_conninfo = '${conninfo}'\n`);
      const args = serverArguments(cluster, { port, socketFolder: null }, settings);
      const watched = startWatched(binaries.folder, 'postgres', args, user, log.fd);
      await log.close();
      const query: PostgresServer['query'] = (sql, values) => ask(port, 'hookledger', sql, values);
      const streams = async () =>
        (await query('select from pg_stat_wal_receiver where status = $1', ['streaming'])).length;
      await waitFor(`a standby that streams (its log: ${home})`, () =>
        streams().then(
          (n) => n === 1,
          () => false,
        ),
      );
      return {
        port,
        query,
        async fallBehind() {
          await query(`alter system set primary_conninfo = ''`);
          await query('select pg_reload_conf()');
          await waitFor('the standby to stop streaming', async () => (await streams()) === 0);
        },
        promote: async () => void (await query('select pg_promote()')),
        remove: () => removeCopy(home, watched),
      };
    },
    copyFiles(pgBasebackup) {
      const { superuserUrl } = urls(running?.port ?? 0);
      return copyOfCluster(superuserUrl, paths.cluster, user, 'recovery.signal', pgBasebackup);
    },
    async recover(home, restorePoint) {
      const cluster = join(home, 'cluster');
      const port = await freePort();
      const log = await openLog(join(home, 'server.log'));
      const args = serverArguments(
        cluster,
        { port, socketFolder: null },
        {
          fsync: 'off',
          restore_command: `cp ${archive}/%f %p`,
          recovery_target_name: restorePoint,
          recovery_target_action: 'promote',
        },
      );
      const watched = startWatched(binaries.folder, 'postgres', args, user, log.fd);
      await log.close();
      const isPromoted = () =>
        ask<{ done: boolean }>(port, 'hookledger', 'select not pg_is_in_recovery() as done').then(
          ([row]) => row?.done,
          () => false,
        );
      await waitFor(`a server that has recovered (its log: ${home})`, isPromoted, 120_000);
      return { port, remove: () => removeCopy(home, watched) };
    },
    async remove() {
      await server.stop('SIGINT');
      for (const path of [paths.dataDir, paths.home]) await rm(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  await server.start();
  await prepareLogins(urls(server.port() as number).superuserUrl, secrets);
  return server;
}

async function removeCopy(home: string, watched: WatchedProcess): Promise<void> {
  const live = await findLiveServer(join(home, 'cluster'));
  if (live) process.kill(live.pid, 'SIGQUIT');
  await watched.ended;
  await rm(home, { recursive: true, force: true, maxRetries: 3 });
}

/**
 * The files of a running server, as it would recover them.
 * @param signal the file that says how
 * @returns the folder with them
 */
async function copyOfCluster(
  url: string,
  from: string,
  user: ServerUser | null,
  signal: string,
  pgBasebackup: string | null = null,
): Promise<string> {
  const home = await mkdtemp(join(dirname(dirname(from)), 'copy-'));
  const to = join(home, 'cluster');
  if (pgBasebackup === null) await copyAside(url, from, to);
  else await promisify(execFile)(pgBasebackup, ['-d', url, '-D', to, '-X', 'stream', '-c', 'fast']);
  await writeFile(join(to, signal), '');
  // the copy belongs to who made it
  await promisify(execFile)('chmod', ['755', home]);
  await promisify(execFile)('chmod', ['700', to]);
  if (user) await promisify(execFile)('chown', ['-R', `${user.uid}:${user.gid}`, to]);
  return home;
}

async function copyAside(url: string, from: string, to: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`select pg_backup_start('copy', fast => true)`);
    const left = new Set([join(from, 'postmaster.pid'), join(from, 'postmaster.opts')]);
    // what PostgreSQL removes at any moment, and makes again
    const isPassing = (path: string) => path.includes('/pgsql_tmp') || path.includes('/pg_internal.init');
    const isCopied = (path: string) => !left.has(path) && !isPassing(path) && !path.startsWith(join(from, 'pg_wal/'));
    await cp(from, to, { recursive: true, filter: isCopied });
    const { rows } = await client.query('select labelfile from pg_backup_stop(wait_for_archive => false)');
    await writeFile(join(to, 'backup_label'), rows[0].labelfile);
  } finally {
    await client.end();
  }
  for (const folder of ['archive_status', 'summaries']) await mkdir(join(to, 'pg_wal', folder), { recursive: true });
}
