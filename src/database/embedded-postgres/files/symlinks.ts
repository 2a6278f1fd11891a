import { lstat, readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { errorCode } from './error-code';

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
