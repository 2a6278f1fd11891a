import { createHash } from 'node:crypto';
import { chmod, mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError } from '../../config/config';
import type { ServerUser } from './server-user';

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
