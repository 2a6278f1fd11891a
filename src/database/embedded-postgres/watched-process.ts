import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { type ServerUser, spawnIds } from './server-user';

/**
 * Stands between Node and the program. Its pipe from Node ends when Node does, by whatever means; then it interrupts
 * the program, which is Postgres's fast shutdown. It ends when the program has ended, with the same code, and for
 * nothing else: who sends a signal to all our processes at once means the application, which still has to drain.
 * A shell lets its background programs ignore SIGINT until they say otherwise: SIGTERM reaches one that has just begun.
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
  /** Null while it runs. */
  exitCode(): number | null;
  ended: Promise<number>;
  /** What Node's death does: interrupts the program. */
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
    // A session of its own: Ctrl-C in the terminal must reach the application alone, which still needs its database.
    detached: true,
    // Not ours: initdb wants to enter its working directory, and `nobody` may not enter /root.
    cwd: '/',
    env: environment(path),
    stdio: ['pipe', log, log],
  });
  const pipe = child.stdin as Socket;
  pipe.on('error', () => {}); // the watchdog was killed: nothing to let go of
  child.unref();
  pipe.unref();
  return { exitCode: () => codeOf(child), ended: endOf(child), letGo: () => pipe.end() };
}

/** Nothing of the caller's: PGPORT, LC_ALL, TZ, LD_LIBRARY_PATH would each change what Postgres does. */
function environment(program: string): NodeJS.ProcessEnv {
  return { PATH: '/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C', LD_LIBRARY_PATH: join(dirname(program), '..', 'lib') };
}

const codeOf = (child: ChildProcess) => child.exitCode ?? (child.signalCode === null ? null : 128);

function endOf(child: ChildProcess): Promise<number> {
  const ended = once(child, 'exit').then(() => codeOf(child) ?? 128);
  ended.catch(() => {}); // it could not be spawned: whoever waits for it is told
  return ended;
}
