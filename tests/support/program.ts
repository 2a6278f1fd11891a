import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** What makes its start quick: global-setup.ts has compiled it. */
const { PATH, NODE_COMPILE_CACHE } = process.env;
/** For short-lived objects: a tenth of the CPU of a start went to collecting them. */
const YOUNG_SPACE = ['--min-semi-space-size=64', '--max-semi-space-size=64'];

/** The program as an operator starts it, in a process of its own. */
export interface Program {
  child: ChildProcess;
  /** Where its API answers; null where it has none. */
  url: string | null;
  /** All that it wrote to stdout. */
  output(): string;
  /** Still running. */
  lives(): boolean;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Resolves when it says that it runs; global-setup.ts has built it.
 * @param env its environment
 * @param folder of another version (another-version.ts)
 */
export async function startProgram(
  env: Record<string, string>,
  folder: string = join(__dirname, '../..'),
): Promise<Program> {
  const child = spawn(process.execPath, [...YOUNG_SPACE, '--enable-source-maps', 'dist/src/main.js'], {
    cwd: folder,
    env: { PATH, NODE_COMPILE_CACHE, ...env, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const running = new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk;
      const line = output.split('\n').find((each) => each.includes('"Hookledger is running"'));
      if (line !== undefined) resolve(line);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    // not at 'exit', when not everything that it wrote may have been read
    child.once('close', (code) => reject(new Error(`it ended with ${code} before it ran:\n${output}`)));
  });
  const lives = () => child.exitCode === null && child.signalCode === null;
  const { url } = JSON.parse(await running) as { url: string | null };
  return {
    child,
    url,
    output: () => output,
    lives,
    async kill(signal) {
      if (!lives()) return;
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

/**
 * A port on which nothing listens, and nothing will that does not ask for it: it is below those that Linux and macOS give to sockets
 * without one, of which tests open many in the seconds until it is used.
 */
export async function unusedPort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    const probe = createServer().listen(port, '127.0.0.1');
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
