import { statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** Two files of the write-ahead log: recovery after a crash may write a new one, and so does the first transaction after it. */
const NEEDED = 32 * 1024 * 1024;

/**
 * Whether the disks of a cluster have the space that a start needs. The log of the server does not say it: it is on the same disk.
 * @param cluster its folder; the write-ahead log in it may be a link to another disk
 */
export async function hasSpaceToStart(cluster: string): Promise<boolean> {
  const free = await Promise.all([cluster, join(cluster, 'pg_wal')].map(freeBytes));
  return Math.min(...free) >= NEEDED;
}

// a folder that is gone is not full: the start says what is wrong with it
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
