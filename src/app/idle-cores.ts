import { cpus } from 'node:os';

/** @returns how many cores of this machine had nothing to do since the last call, or since the beginning */
export function watchIdleCores(): () => number {
  let before = timesNow();
  return () => {
    const now = timesNow();
    const idle = now.idle - before.idle;
    const all = now.all - before.all;
    const cores = now.cores;
    before = now;
    return all > 0 ? (cores * idle) / all : 0;
  };
}

function timesNow(): { idle: number; all: number; cores: number } {
  const times = cpus().map((core) => core.times);
  const all = times.reduce((sum, each) => sum + each.user + each.nice + each.sys + each.idle + each.irq, 0);
  return { idle: times.reduce((sum, each) => sum + each.idle, 0), all, cores: times.length };
}
