import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { COMMAND } from './run-hookledger';

export interface RunningCommand {
  pid: number;
  stdout(): string;
  stderr(): string;
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): void;
}

const running: RunningCommand[] = [];

afterAll(async () => {
  for (const command of running) command.kill('SIGKILL');
  await Promise.all(running.map(({ ended }) => ended));
});

/**
 * A command that does not end by itself; it is killed when the tests of the file have ended.
 * @param env its environment @param options the user it runs as, and the folder in which
 */
export function startHookledger(
  args: string[],
  env: Record<string, string> = {},
  options: { uid?: number; gid?: number; cwd?: string } = {},
): RunningCommand {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [COMMAND, ...args], { ...options, env: { PATH, NODE_COMPILE_CACHE, ...env } });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      output[name] += chunk;
    });
  }
  const command: RunningCommand = {
    pid: child.pid as number,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    ended: once(child, 'close').then(([code, signal]) => code ?? signal),
    kill: (signal) => void child.kill(signal),
  };
  running.push(command);
  return command;
}
