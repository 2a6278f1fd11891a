import { setTimeout as delay } from 'node:timers/promises';
import type { DataPaths, ServerUser } from './data-paths';
import { errorCode, lastLines, openLog, readLog } from './files';
import { freePort } from './free-port';
import type { ServerAddress } from './logins';
import { findLiveServer, removeStalePostmasterFile } from './postmaster-file';
import { prepareSocketFolder } from './socket-folder';
import { startWatched, type WatchedProcess } from './watched-process';

const startLimitMs = 120_000; // recovery after a crash replays what was written since the last checkpoint
const stopLimitMs = 60_000;
const attempts = 20;
const lookMs = 500;

export interface Server {
  address: ServerAddress;
  /** Resolves when the server has ended, for any reason. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

/** What is started; the same at each restart. */
export interface ServerSetup {
  /** The `native` folder. */
  binaries: string;
  paths: DataPaths;
  user: ServerUser | null;
  settings: Record<string, string>;
}

/**
 * Must be called under the lock, with no live server in the cluster.
 * @param port null: any that is free
 */
export async function startServer(
  setup: ServerSetup,
  { socketFolder, port }: { socketFolder: string | null; port: number | null },
): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    const result = await tryStart(setup, { socketFolder, port: port ?? (await freePort()) });
    if ('address' in result) return result;
    if (attempt === attempts || !isPassing(result.failure)) {
      throw new Error(`PostgreSQL did not start. Its log, ${setup.paths.log}, ends:\n${lastLines(result.failure)}`);
    }
    await delay(100);
  }
}

/** The port was taken after we chose it, or backends of a killed server have not noticed its end yet. */
function isPassing(log: string): boolean {
  return /could not bind IPv4 address|pre-existing shared memory block/.test(log);
}

async function tryStart(
  { binaries, paths, user, settings }: ServerSetup,
  address: ServerAddress,
): Promise<Server | { failure: string }> {
  await removeStalePostmasterFile(paths.cluster);
  if (address.socketFolder !== null) await prepareSocketFolder(address.socketFolder, user);
  const log = await openLog(paths.log);
  try {
    const { size } = await log.stat();
    const watched = startWatched(binaries, 'postgres', serverArguments(paths.cluster, address, settings), user, log.fd);
    const isReady = await waitUntilReady(watched, paths.cluster);
    if (isReady) {
      return {
        address,
        ended: untilGone(watched, paths.cluster),
        stop: () => stopServer(watched, paths.cluster),
      };
    }
    return { failure: await readLog(paths.log, size) };
  } finally {
    await log.close();
  }
}

/** false: the server has ended instead. */
async function waitUntilReady(watched: WatchedProcess, cluster: string): Promise<boolean> {
  const end = performance.now() + startLimitMs;
  while (performance.now() < end) {
    if (watched.exitCode() !== null) return false;
    // `ended` rejects if nothing could be spawned.
    await Promise.race([delay(10), watched.ended]);
    if ((await findLiveServer(cluster))?.status === 'ready') return true;
  }
  watched.letGo();
  return false;
}

/** The watchdog ends with the server; if only the watchdog was killed, the server still runs. */
async function untilGone(watched: WatchedProcess, cluster: string): Promise<void> {
  await watched.ended.catch(() => undefined);
  while (await findLiveServer(cluster)) await delay(lookMs, undefined, { ref: false });
}

async function stopServer(watched: WatchedProcess, cluster: string): Promise<void> {
  const end = performance.now() + stopLimitMs;
  watched.letGo();
  while (performance.now() < end) {
    const server = await findLiveServer(cluster);
    if (!server && watched.exitCode() !== null) return;
    // Not left to the watchdog, which may have been killed.
    if (server && server.status !== 'stopping') interrupt(server.pid);
    await delay(20);
  }
  throw new Error(`PostgreSQL got the signal to stop a minute ago and still runs in ${cluster}`);
}

function interrupt(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error; // it ended by itself at this moment
  }
}

/** On the command line, not in the cluster's file: a new release can change them without changing the cluster. */
export function serverArguments(
  cluster: string,
  { port, socketFolder }: ServerAddress,
  settings: Record<string, string>,
): string[] {
  const all: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // a list: quotes keep commas and spaces
    unix_socket_directories: socketFolder === null ? '' : `"${socketFolder.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    max_connections: '200',
    // A query over a partitioned table locks each partition and each of its indexes.
    max_locks_per_transaction: '256',
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    cluster_name: 'hookledger',
    ...settings,
  };
  return ['-D', cluster, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
