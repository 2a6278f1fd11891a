// A file system of 128 MiB in memory, which only root may mount.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  folder: string;
  /** false: this user may not mount it. */
  isMounted: boolean;
  fill(): void;
  empty(): void;
  /** Unmounts it and removes its folder. */
  remove(): void;
}

/** @param prefix of the name of its folder */
export function mountSmallDisk(prefix: string): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  const isMounted = mount(folder);
  return {
    folder,
    isMounted,
    fill() {
      for (let n = 0; ; n += 1) {
        try {
          writeFileSync(join(folder, `filler-${n}`), Buffer.alloc(1024 * 1024));
        } catch {
          return;
        }
      }
    },
    empty() {
      for (let n = 0; n < 200; n += 1) rmSync(join(folder, `filler-${n}`), { force: true });
    },
    remove() {
      if (isMounted) execFileSync('umount', [folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function mount(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
