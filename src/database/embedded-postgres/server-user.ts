import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

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
