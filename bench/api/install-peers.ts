import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '..');
const LIMIT_MS = 300_000;

/** The peers are installed at their first use: nothing but the benchmark needs them. */
export async function installPeers(say: (what: string) => void): Promise<void> {
  if (existsSync(join(FOLDER, 'node_modules/postgraphile'))) return;
  say('installing the peers: npm ci in bench/');
  const child = spawn('npm', ['ci', '--ignore-scripts'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: LIMIT_MS,
  });
  const code = await new Promise<number | null>((resolve, reject) => child.once('exit', resolve).once('error', reject));
  if (code !== 0) throw new Error(`npm ci in ${FOLDER} ended with code ${code}`);
}
