import { access } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { AlreadyRunning } from './already-running';
import { type ReleaseLock, tryLock } from './data-dir-lock';
import type { DataPaths } from './data-paths';
import { findLiveServer } from './postmaster-file';

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
