// What processes have used, read from Linux's /proc; elsewhere null.
import { readdir, readFile } from 'node:fs/promises';

const TICK_MS = 10; // USER_HZ is 100 on every Linux that Node runs on

export async function residentMb(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kb === undefined ? null : Number(kb) / 1024;
}

export async function cpuMs(pid: number): Promise<number | null> {
  const fields = await statOf(pid);
  return fields && (field(fields, UTIME) + field(fields, STIME)) * TICK_MS;
}

/** With all its children, also those that ended: a PostgreSQL by its postmaster. */
export async function cpuMsOfFamily(pid: number): Promise<number | null> {
  for (let own = await statOf(pid); own; ) {
    const all = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(statOf));
    const children = all.filter((fields) => fields !== null && field(fields, PPID) === pid) as string[][];
    const after = await statOf(pid);
    // a child that ended in between was counted neither among the children nor among those that ended
    if (after && ended(own) === ended(after))
      return (
        [own, ...children].reduce((sum, each) => sum + field(each, UTIME) + field(each, STIME), ended(own)) * TICK_MS
      );
    own = after;
  }
  return null;
}

// proc_pid_stat(5), counted from the state, the first field behind the name
const PPID = 1;
const UTIME = 11;
const STIME = 12;
const CUTIME = 13;
const CSTIME = 14;

const field = (fields: readonly string[], index: number) => Number(fields[index]);
const ended = (fields: readonly string[]) => field(fields, CUTIME) + field(fields, CSTIME);

async function statOf(pid: number | string): Promise<string[] | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null);
  // the name may hold spaces and brackets
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
