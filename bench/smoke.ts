// npm run bench:smoke: whether the benchmarks run, on what `npm run build` made. They run beside each other, because they wait
// most of their time, so their figures say nothing.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const PROGRAMS = ['delivery', 'api/main', 'incoming', 'evidence', 'dashboard'];
const LIMIT_MS = 300_000;

const run = promisify(execFile);

async function succeeds(name: string): Promise<boolean> {
  const begun = performance.now();
  const args = ['--import', 'tsx', `bench/${name}.ts`, '--smoke'];
  const took = () => `bench/${name}.ts after ${((performance.now() - begun) / 1000).toFixed(1)} s`;
  try {
    await run(process.execPath, args, { timeout: LIMIT_MS, maxBuffer: 16 * 1024 * 1024 });
    console.log(`ended: ${took()}`);
    return true;
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
    console.log(`FAILED: ${took()}: ${message}\n${stdout ?? ''}\n${stderr ?? ''}`);
    return false;
  }
}

Promise.all(PROGRAMS.map(succeeds)).then((all) => {
  process.exitCode = all.every(Boolean) ? 0 : 1;
});
