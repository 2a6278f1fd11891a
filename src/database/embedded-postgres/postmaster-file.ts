import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './files/error-code';
import { isPostmasterOf } from './process-identity';

/** The content of the `postmaster.pid` of a live server. */
export interface LiveServer {
  pid: number;
  /** `starting`, `ready`, `stopping` or `standby`. */
  status: string;
}

export async function findLiveServer(cluster: string): Promise<LiveServer | null> {
  const lines = await readFile(join(cluster, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    },
  );
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0 || !(await isPostmasterOf(pid, cluster))) return null;
  return { pid, status: (lines[7] ?? '').trim() };
}

/**
 * Removes a stale file: PostgreSQL refuses to start if any running process has the pid that the file names. Must be called
 * under the lock, and only if `findLiveServer` has found no server.
 */
export async function removeStalePostmasterFile(cluster: string): Promise<void> {
  await rm(join(cluster, 'postmaster.pid'), { force: true });
}
