import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { type ServerUser, spawnIds } from './data-paths';

/**
 * The watchdog between Node and the program. Its pipe from Node closes when Node ends, for any reason; then it
 * interrupts the program, which is the fast shutdown of PostgreSQL. It ends only when the program has ended, with the
 * same code: a signal to all our processes is meant for the application, which still needs its database to drain.
 * Background programs of a shell ignore SIGINT until they install a handler; SIGTERM reaches one that has just begun.
 */
const watchdog = `
exec 3<&0 </dev/null
"$@" 3<&- &
program=$!
trap : HUP INT TERM
{ while read -r _; do :; done; kill -TERM $program; kill -INT $program; } <&3 2>/dev/null &
reader=$!
exec 3<&-
wait $program
code=$?
while kill -0 $program 2>/dev/null; do wait $program; code=$?; done
kill $reader 2>/dev/null
exit $code
`;

export interface WatchedProcess {
  /** null while it runs. */
  exitCode(): number | null;
  ended: Promise<number>;
  /** Interrupts the program, as the death of Node does. */
  letGo(): void;
}

/** Runs `bin/<program>` of a `native` folder; its output goes to the open file `log`. Does not keep Node alive. */
export function startWatched(
  binaries: string,
  program: 'initdb' | 'postgres',
  args: string[],
  user: ServerUser | null,
  log: number,
): WatchedProcess {
  const path = join(binaries, 'bin', program);
  const child = spawn('/bin/sh', ['-c', watchdog, 'hookledger-watchdog', path, ...args], {
    ...spawnIds(user),
    // A session of its own: Ctrl-C in the terminal must reach only the application, which still needs its database.
    detached: true,
    // Not our own working directory: initdb enters it, and `nobody` may not enter /root.
    cwd: '/',
    env: environment(path),
    stdio: ['pipe', log, log],
  });
  const pipe = child.stdin as Socket;
  pipe.on('error', () => {}); // the watchdog was killed: there is nothing to close
  child.unref();
  pipe.unref();
  return { exitCode: () => codeOf(child), ended: endOf(child), letGo: () => pipe.end() };
}

/** Not the caller's environment: PGPORT, LC_ALL, TZ and LD_LIBRARY_PATH would change the behaviour of PostgreSQL. */
function environment(program: string): NodeJS.ProcessEnv {
  return { PATH: '/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C', LD_LIBRARY_PATH: join(dirname(program), '..', 'lib') };
}

const codeOf = (child: ChildProcess) => child.exitCode ?? (child.signalCode === null ? null : 128);

function endOf(child: ChildProcess): Promise<number> {
  const ended = once(child, 'exit').then(() => codeOf(child) ?? 128);
  ended.catch(() => {}); // it could not be spawned: the error reaches the caller that awaits `ended`
  return ended;
}
