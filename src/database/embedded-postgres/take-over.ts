import { access, open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type DataPaths, shortHash } from './data-paths';
import { errorCode } from './files';
import { findLiveServer } from './postmaster-file';

/** Another process serves this data directory. `connectionFile` contains what a second process needs to connect. */
export class AlreadyRunning extends Error {
  constructor(
    dataDir: string,
    readonly connectionFile: string,
    serverPid: number,
  ) {
    super(
      `The embedded PostgreSQL of ${dataDir} already runs (process ${serverPid}). ` +
        `A second process connects to it with the values in ${connectionFile}`,
    );
    this.name = 'AlreadyRunning';
  }
}

export type ReleaseLock = () => Promise<void>;

/**
 * The lock of one data directory: only its holder may start, serve and stop the cluster. null: another process holds
 * it. The kernel releases it when its holder dies, so a lock file can never be stale.
 */
function tryLock(paths: DataPaths): Promise<ReleaseLock | null> {
  return process.platform === 'linux'
    ? lockByName(`\0hookledger-${shortHash(paths.dataDir)}`)
    : lockByOpening(join(paths.home, 'lock'));
}

/** A socket in Linux's abstract namespace: a name without a file, which is free again when its owner dies. */
function lockByName(name: string): Promise<ReleaseLock | null> {
  return new Promise((resolve, reject) => {
    const holder = createServer((visitor) => visitor.destroy());
    holder.once('error', (error) => (errorCode(error) === 'EADDRINUSE' ? resolve(null) : reject(error)));
    holder.listen(name, () => {
      holder.unref();
      resolve(() => new Promise((released) => holder.close(() => released())));
    });
  });
}

/** BSD and macOS lock a file in `open` itself; Node has no names for these two flags. */
async function lockByOpening(path: string): Promise<ReleaseLock | null> {
  const [O_RDWR, O_NONBLOCK, O_EXLOCK, O_CREAT] = [0x2, 0x4, 0x20, 0x200];
  try {
    const file = await open(path, O_RDWR | O_CREAT | O_EXLOCK | O_NONBLOCK, 0o600);
    return () => file.close();
  } catch (error) {
    if (errorCode(error) === 'EAGAIN') return null;
    throw error;
  }
}

const LOCK_LIMIT_MS = 30_000;
/** In how many tries in a row a server must be seen: after `kill -9` and an immediate start, the killed process still exists for a moment. */
const SIGHTINGS = 6;
const END_LIMIT_MS = 5_000;
const SHUTDOWN_LIMIT_MS = 60_000;

/** Takes the lock and makes sure that no server runs. @throws AlreadyRunning if another process serves */
export async function takeOver(paths: DataPaths): Promise<ReleaseLock> {
  const release = await waitForLock(paths);
  try {
    await waitForServerToEnd(paths);
    return release;
  } catch (error) {
    await release();
    throw error;
  }
}

/** The holder of the lock is about to serve, and writes how to connect, or about to end, and releases the lock. */
async function waitForLock(paths: DataPaths): Promise<ReleaseLock> {
  const end = performance.now() + LOCK_LIMIT_MS;
  let sightings = 0;
  while (performance.now() < end) {
    const release = await tryLock(paths);
    if (release) return release;
    const server = await findLiveServer(paths.cluster);
    // The file is written when the server is ready, and removed before it is stopped.
    const isServing = server !== null && (await exists(paths.connectionFile));
    sightings = isServing ? sightings + 1 : 0;
    if (server && sightings === SIGHTINGS) {
      throw new AlreadyRunning(paths.dataDir, paths.connectionFile, server.pid);
    }
    await delay(50);
  }
  throw new Error(
    `Another process holds ${paths.dataDir}, and for ${LOCK_LIMIT_MS / 1000} s no PostgreSQL has served from it: end it`,
  );
}

/** If Node was killed a moment ago, the watchdog is still stopping the server. */
async function waitForServerToEnd(paths: DataPaths): Promise<void> {
  const start = performance.now();
  for (;;) {
    const server = await findLiveServer(paths.cluster);
    if (!server) return;
    const limitMs = server.status === 'stopping' ? SHUTDOWN_LIMIT_MS : END_LIMIT_MS;
    if (performance.now() - start > limitMs) throw new AlreadyRunning(paths.dataDir, paths.connectionFile, server.pid);
    await delay(50);
  }
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
