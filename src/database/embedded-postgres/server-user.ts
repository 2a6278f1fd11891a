import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The system user that Postgres runs as when we are root. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/** Null: Postgres runs as whoever we are. Postgres refuses root, so root lends it `nobody`, which every system has. */
export async function findServerUser(): Promise<ServerUser | null> {
  if (process.geteuid?.() !== 0) return null;
  const [uid, gid] = await Promise.all([idOfNobody('-u'), idOfNobody('-g')]);
  return { uid, gid };
}

async function idOfNobody(option: '-u' | '-g'): Promise<number> {
  const { stdout } = await promisify(execFile)('id', [option, 'nobody']);
  return Number(stdout);
}

/** macOS gives `nobody` the id -2: `spawn` wants it signed, `chown` unsigned. */
export const spawnIds = (user: ServerUser | null) => (user ? { uid: user.uid | 0, gid: user.gid | 0 } : {});
export const chownIds = (user: ServerUser): [number, number] => [user.uid >>> 0, user.gid >>> 0];
