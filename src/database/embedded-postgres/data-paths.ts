import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, realpath, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError } from '../../config/config';

const machineFolder = '/var/lib/hookledger';

/** The paths of one data directory. */
export interface DataPaths {
  dataDir: string;
  secretsFile: string;
  connectionFile: string;
  /** The folder with all that PostgreSQL needs; its user may enter it, but owns only `cluster`. */
  home: string;
  cluster: string;
  log: string;
  /** The folder of the server's Unix socket, where its path is short enough. */
  sockets: string;
  /** The folder for copies of the binaries, if they are needed. */
  copies: string;
}

/** @throws ConfigError if the data directory cannot be made */
export async function prepareDataPaths(dataDir: string, user: ServerUser | null): Promise<DataPaths> {
  const real = await makeDataDir(resolve(dataDir));
  const home = user ? join(machineFolder, shortHash(real)) : join(real, 'postgres');
  await mkdir(home, { recursive: true });
  if (user) {
    // Independent of root's umask: PostgreSQL runs as another user and must be able to enter.
    await chmod(machineFolder, 0o755);
    await chmod(home, 0o711);
  }
  return {
    dataDir: real,
    secretsFile: join(real, 'embedded-postgres.json'),
    connectionFile: join(real, 'connection.env'),
    home,
    cluster: join(home, 'cluster'),
    log: join(home, 'server.log'),
    sockets: join(home, 'socket'),
    copies: user ? machineFolder : real,
  };
}

async function makeDataDir(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    return await realpath(dataDir);
  } catch (error) {
    throw new ConfigError([`DATA_DIR: the folder ${dataDir} cannot be made: ${(error as Error).message}`]);
  }
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The system user of PostgreSQL if we are root. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/** null: PostgreSQL runs as our own user. PostgreSQL refuses root, so for root it is `nobody`, which every system has. */
export async function findServerUser(): Promise<ServerUser | null> {
  if (process.geteuid?.() !== 0) return null;
  const [uid, gid] = await Promise.all([idOfNobody('-u'), idOfNobody('-g')]);
  return { uid, gid };
}

async function idOfNobody(option: '-u' | '-g'): Promise<number> {
  const { stdout } = await promisify(execFile)('id', [option, 'nobody']);
  return Number(stdout);
}

/** macOS gives `nobody` the id -2: `spawn` takes it signed, `chown` unsigned. */
export const spawnIds = (user: ServerUser | null) => (user ? { uid: user.uid | 0, gid: user.gid | 0 } : {});
export const chownIds = (user: ServerUser): [number, number] => [user.uid >>> 0, user.gid >>> 0];

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
