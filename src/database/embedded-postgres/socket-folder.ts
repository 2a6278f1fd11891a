// The folder of the server's Unix socket. A query over the socket takes a quarter less CPU at both ends than over TCP.
import { chmod, chown, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chownIds, type DataPaths, type ServerUser, shortHash } from './data-paths';
import { errorCode } from './files';

/** The address of a socket has 108 bytes on Linux and 104 on macOS, one of them for its end. */
const maxBytes = process.platform === 'linux' ? 107 : 103;
/** The longest name that PostgreSQL gives a socket. */
const longestName = '.s.PGSQL.65535';

export interface SocketFolder {
  /** null: clients connect over TCP. */
  path: string | null;
  /** Why the server has no socket, with each folder that was tried. */
  fault: string | null;
}

/** Must be called under the lock, with no live server in the cluster. */
export async function findSocketFolder(paths: DataPaths, user: ServerUser | null): Promise<SocketFolder> {
  const faults: string[] = [];
  for (const path of candidates(paths, user)) {
    try {
      await prepareSocketFolder(path, user);
      await trySocket(join(path, longestName));
      return { path, fault: null };
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  return { path: null, fault: faults.join('; ') };
}

/** Root has no second one: in a folder for all users, others could exchange what is given to the user of the server. */
function candidates(paths: DataPaths, user: ServerUser | null): string[] {
  return user ? [paths.sockets] : [paths.sockets, join(tmpdir(), `hookledger-${shortHash(paths.dataDir)}`)];
}

/**
 * Creates the folder, which only its owner may enter, and empties it: PostgreSQL refuses to start if any running process
 * has the pid that the lock file of a killed server names.
 * @throws Error if a server cannot or must not have its socket there
 */
export async function prepareSocketFolder(path: string, user: ServerUser | null): Promise<void> {
  const bytes = Buffer.byteLength(join(path, longestName));
  if (bytes > maxBytes)
    throw new Error(`${path} is too long for a socket (${bytes} bytes with its name, at most ${maxBytes})`);
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  const found = await lstat(path);
  const owners = [process.geteuid?.(), user ? chownIds(user)[0] : undefined];
  if (!found.isDirectory() || !owners.includes(found.uid)) throw new Error(`${path} is not a folder of this user`);
  await chmod(path, 0o700);
  if (user) await chown(path, ...chownIds(user));
  for (const name of await readdir(path)) await rm(join(path, name), { recursive: true, force: true });
}

/** Not every file system can contain sockets. */
function trySocket(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(path, () => server.close(() => resolve()));
  });
}
