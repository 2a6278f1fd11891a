import { createHash } from 'node:crypto';
import { chmod, mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ServerUser } from './server-user';

export const machineFolder = '/var/lib/hookledger';

/** Where everything of one data directory lies. */
export interface Places {
  dataDir: string;
  secretsFile: string;
  connectionFile: string;
  /** What Postgres needs lies here; its own user may enter, but only `cluster` belongs to it. */
  home: string;
  cluster: string;
  log: string;
  /** Where a copy of the binaries goes, if one is needed. */
  copies: string;
}

export async function preparePlaces(dataDir: string, user: ServerUser | null): Promise<Places> {
  await mkdir(resolve(dataDir), { recursive: true, mode: 0o700 });
  const real = await realpath(dataDir);
  const home = user ? join(machineFolder, shortHash(real)) : join(real, 'postgres');
  await mkdir(home, { recursive: true });
  if (user) {
    // Whatever root's umask is: Postgres runs as another user and must be able to walk through.
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
    copies: user ? machineFolder : real,
  };
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
