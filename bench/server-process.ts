import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import commands from '../bin/commands.json';

export interface ServerProcess {
  pid: number;
  /** Where its API answers; null for a worker. */
  url: string | null;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 30_000;
const PROGRAM = join(__dirname, '../dist/src/main.js');
// as the command `start` runs it
const { nodeOptions: SHIPPED_OPTIONS, environment: SHIPPED_VARIABLES } = commands.start;
const PRELOAD = join(__dirname, 'end-with-parent.cjs');

/** The compiled application as a process. @param cwd a folder without `.env`: nobody's settings get into the figures */
export async function startServer(env: Record<string, string>, cwd: string): Promise<ServerProcess> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: npm run build`);
  // such as --cpu-prof --cpu-prof-dir=/tmp/profiles, to see where the time goes
  const nodeOptions = process.env.BENCH_NODE_OPTIONS?.split(' ').filter(Boolean) ?? [];
  const child = spawn(
    process.execPath,
    [...SHIPPED_OPTIONS, '--enable-source-maps', ...nodeOptions, '--require', PRELOAD, PROGRAM],
    {
      cwd,
      env: { PATH: process.env.PATH, ...SHIPPED_VARIABLES, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  child.stdin.on('error', () => undefined); // it ended: who waits for it hears so
  try {
    const url = await whenRunning(child);
    return { pid: child.pid as number, url, stop: () => stopServer(child) };
  } catch (error) {
    await stopServer(child);
    throw error;
  }
}

// Its log is read to the end of its life: a full pipe would stop it.
function whenRunning(child: ChildProcess & { stdout: NodeJS.ReadableStream }): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not running after ${START_LIMIT_MS} ms`)), START_LIMIT_MS);
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`the server ended with code ${code}`));
    });
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = parsed(text);
      if (line.msg === 'Hookledger is running') {
        clearTimeout(late);
        resolve(line.url ?? null);
      } else if ((line.level ?? 0) >= WARN) {
        console.error(text);
      }
    });
  });
}

const WARN = 40;

function parsed(line: string): { msg?: string; level?: number; url?: string | null } {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

function stopServer(child: ChildProcess): Promise<void> {
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
