// The machine on which a process runs: the program, what the system allows it, and the disks that it writes to.
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../../config/config';
import { VERSION } from '../../system/version';
import { type Finding, fault, ok, warning } from './finding';

const MIN_FILES = 8_192;
const MIN_THREADS = 64;
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
/** Below this a write may fail at any moment; below the other one it is time to make space. */
const LEAST_FREE = 100 * MIB;
const LITTLE_FREE = GIB;

export function checkProgram(env: NodeJS.ProcessEnv): Finding[] {
  const { version, platform, arch } = process;
  const findings = [ok('program', `Hookledger ${VERSION} with Node ${version} on ${platform}-${arch}.`)];
  const files = openFilesLimit();
  if (files !== null && files < MIN_FILES) {
    findings.push(
      warning(
        'open files',
        `This user may have ${files} files and connections open, and a process can need ${MIN_FILES}.`,
        'Raise the limit where the server is started: ulimit -n, or LimitNOFILE of systemd.',
      ),
    );
  }
  const threads = Number(env.UV_THREADPOOL_SIZE ?? MIN_THREADS);
  if (threads < MIN_THREADS) {
    findings.push(
      warning(
        'UV_THREADPOOL_SIZE',
        `It is ${env.UV_THREADPOOL_SIZE}: two host names whose name servers do not answer stop all look-ups.`,
        `Leave it out, or set it to ${MIN_THREADS} or more.`,
      ),
    );
  }
  return findings;
}

/** null: it is not known, or there is none */
function openFilesLimit(): number | null {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? null : Number(limit);
  } catch {
    return null;
  }
}

/** Of the files that a process writes. Where its database is, `checkDatabase` says. */
export async function checkDisks({ evidenceHeadFile, erasureJournalFile }: Config): Promise<Finding[]> {
  const files = [
    ['EVIDENCE_HEAD_FILE', evidenceHeadFile],
    ['ERASURE_JOURNAL_FILE', erasureJournalFile],
  ] as const;
  const findings: Finding[] = [];
  for (const [name, path] of files) {
    if (path !== null) findings.push(...(await checkDisk(`disk of ${name}`, dirname(path))));
  }
  return findings;
}

export async function checkDisk(what: string, folder: string): Promise<Finding[]> {
  const free = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
  if (free === null) return [];
  const message = `${sizeOf(free)} are free in ${folder}.`;
  if (free < LEAST_FREE) return [fault(what, message, 'Make space there: what cannot be written stops the server.')];
  return [free < LITTLE_FREE ? warning(what, message, 'Make space there.') : ok(what, message)];
}

export function sizeOf(bytes: number): string {
  return bytes < GIB ? `${Math.round(bytes / MIB)} MiB` : `${(bytes / GIB).toFixed(1)} GiB`;
}
