// A peer's server as a process of its own, that says where it answers in one line of JSON.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Peer {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;
const PRELOAD = join(__dirname, '../../end-with-parent.cjs');
/** As many connections to PostgreSQL as our server has. */
const POOL_SIZE = 20;

export async function startPeer(
  program: 'postgraphile-server.mjs' | 'typeorm-server.ts',
  databaseUrl: string,
): Promise<Peer> {
  const loader = program.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const child = spawn(process.execPath, [...loader, '--require', PRELOAD, join(__dirname, program)], {
    cwd: join(__dirname, '../../..'),
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      GRAPHILE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      POOL_SIZE: String(POOL_SIZE),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => undefined);
  try {
    return { url: await whenRunning(child, program), pid: child.pid as number, stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

function whenRunning(child: ChildProcess & { stdout: NodeJS.ReadableStream }, program: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`${program} is not running after ${START_LIMIT_MS} ms`)),
      START_LIMIT_MS,
    );
    const onExit = (code: number | null) => reject(new Error(`${program} ended with code ${code}`));
    child.once('exit', onExit);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{"msg":"running"')) return;
      clearTimeout(late);
      child.off('exit', onExit);
      resolve((JSON.parse(line) as { url: string }).url);
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const tooLong = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    child.once('exit', () => {
      clearTimeout(tooLong);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
