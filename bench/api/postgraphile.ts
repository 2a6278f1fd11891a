// PostGraphile as a process of its own, that says where it answers in one line of JSON. It is installed at its first use: nothing
// but the benchmark needs it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Peer {
  url: string;
  stop(): Promise<void>;
}

const FOLDER = join(__dirname, '..');
const INSTALL_LIMIT_MS = 300_000;
const START_LIMIT_MS = 60_000;
/** As many connections to PostgreSQL as our server has. */
const POOL_SIZE = 20;

export async function installPostgraphile(say: (what: string) => void): Promise<void> {
  if (existsSync(join(FOLDER, 'node_modules/postgraphile'))) return;
  say('installing PostGraphile: npm ci in bench/');
  const child = spawn('npm', ['ci', '--ignore-scripts'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: INSTALL_LIMIT_MS,
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`npm ci in ${FOLDER} ended with code ${code}`);
}

export async function startPostgraphile(databaseUrl: string): Promise<Peer> {
  const preload = join(FOLDER, 'end-with-parent.cjs');
  const child = spawn(process.execPath, ['--require', preload, join(__dirname, 'postgraphile-server.mjs')], {
    cwd: FOLDER,
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
    return { url: await whenRunning(child), stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

function whenRunning(child: ChildProcess & { stdout: NodeJS.ReadableStream }): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not running after ${START_LIMIT_MS} ms`)), START_LIMIT_MS);
    child.once('exit', (code) => reject(new Error(`PostGraphile ended with code ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{"msg":"running"')) return;
      clearTimeout(late);
      resolve((JSON.parse(line) as { url: string }).url);
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  // it has nothing to lose
  child.kill('SIGKILL');
  await ended;
}
