import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';

/** The title says what is missing, so that nobody takes a scenario that was left out for one that passed. */
export function testWhere(missing: string | null): (title: string, work: () => Promise<void>) => void {
  return (title, work) => (missing === null ? test(title, work) : test.skip(`${title} (skipped: ${missing})`, work));
}

/** null: this user may mount file systems. */
export function missingForMounts(): string | null {
  if (process.platform !== 'linux') return 'tmpfs is of Linux';
  if (process.getuid?.() !== 0) return 'only root mounts file systems';
  // a container may have taken the right from root
  const tried = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']);
  return tried.status === 0 ? null : 'this user may not mount file systems';
}

const FAKETIME = '/usr/lib/*/faketime/libfaketime.so.1';

/** The library that moves the clock of a process. null: it is not installed. */
export function findFaketime(): string | null {
  return globSync(FAKETIME).find((path) => existsSync(path)) ?? null;
}
