import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type DataPaths, shortHash } from './data-paths';
import { errorCode } from './files/error-code';

export type ReleaseLock = () => Promise<void>;

/**
 * The lock of one data directory: only its holder may start, serve and stop the cluster. null: another process holds
 * it. The kernel releases it when its holder dies, so a lock file can never be stale.
 */
export function tryLock(paths: DataPaths): Promise<ReleaseLock | null> {
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
