import {
  chmod,
  constants,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorCode } from './error-code';
import { completeSymlinks } from './symlinks';

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
