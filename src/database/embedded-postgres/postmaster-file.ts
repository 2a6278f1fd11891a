import { execFile } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from './files';

/** The content of the `postmaster.pid` of a live server. */
export interface LiveServer {
  pid: number;
  /** `starting`, `ready`, `stopping` or `standby`. */
  status: string;
}

export async function findLiveServer(cluster: string): Promise<LiveServer | null> {
  const lines = await readFile(join(cluster, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    },
  );
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0 || !(await isPostmasterOf(pid, cluster))) return null;
  return { pid, status: (lines[7] ?? '').trim() };
}

/**
 * Removes a stale file: PostgreSQL refuses to start if any running process has the pid that the file names. Must be called
 * under the lock, and only if `findLiveServer` has found no server.
 */
export async function removeStalePostmasterFile(cluster: string): Promise<void> {
  await rm(join(cluster, 'postmaster.pid'), { force: true });
}

/**
 * Whether process `pid` is a live postmaster of `cluster`. A number from an old file proves nothing: its process may
 * not exist, may be a zombie that was never reaped, or may be another program by now.
 */
export function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  return process.platform === 'linux' ? isPostmasterByProc(pid, cluster) : isPostmasterByPs(pid, cluster);
}

async function isPostmasterByProc(pid: number, cluster: string): Promise<boolean> {
  const [status, commandLine, workingFolder, folder] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
    readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    stat(`/proc/${pid}/cwd`).catch(() => null),
    stat(cluster).catch(() => null),
  ]);
  // The program's name is in parentheses before the state, and may contain any character.
  const state = status.charAt(status.lastIndexOf(')') + 2);
  if (!state || 'ZXx'.includes(state)) return false;
  const words = commandLine.split('\0');
  // Backends have the name "postgres: ..."; only the postmaster has the bare name.
  if (!['postgres', 'postmaster'].includes(basename(words[0] ?? ''))) return false;
  // The working directory of a postmaster is its data directory, by any path. That of another user's process is hidden.
  if (!workingFolder) return words.includes(cluster);
  return workingFolder.ino === folder?.ino && workingFolder.dev === folder.dev;
}

/** Exported for its test on Linux. */
export async function isPostmasterByPs(pid: number, cluster: string): Promise<boolean> {
  const line = await promisify(execFile)('ps', ['-ww', '-o', 'stat=,command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
  const [, state = 'Z', command = ''] = /^(\S+)\s+(.*)$/s.exec(line) ?? [];
  // Before the program's name only its folder: our watchdog and initdb have it among their arguments.
  const isPostgres = /^(?:(?! -).)*?(?:^|\/)(?:postgres|postmaster) /.test(command);
  return !state.startsWith('Z') && isPostgres && `${command} `.includes(` ${cluster} `);
}
