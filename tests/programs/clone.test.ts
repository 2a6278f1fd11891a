// `npx hookledger` in a clone whose build is older than its sources: a folder with the command and as much of a clone as it looks at.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { COMMAND } from './run-hookledger';

const PROGRAM = 'dist/src/programs/migrate-program.js';

let clone: string;
beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'hookledger-clone-'));
  await cp(dirname(COMMAND), join(clone, 'bin'), { recursive: true });
  await Promise.all(['src', 'migrations', 'dashboard'].map((folder) => mkdir(join(clone, folder))));
  await write('package.json', JSON.stringify({ version: '1.2.3', engines: { node: '>=23.11' } }));
  await write('package-lock.json', '{}');
  await write('node_modules/typescript/package.json', '{}');
  await write('src/main.ts', '');
  await write(PROGRAM, `console.log('it ran');`);
  await write('dist/src/hookledger.js', '');
});
afterEach(() => rm(clone, { recursive: true }));

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(clone, file)), { recursive: true });
  await writeFile(join(clone, file), text);
}

/** Sets the time at which it was built. */
async function build(hoursAgo: number): Promise<void> {
  const at = Date.now() / 1000 - hoursAgo * 3_600;
  await utimes(join(clone, 'dist/src/hookledger.js'), at, at);
}

/** Without npm. @returns the exit code, and what was written */
async function migrate(env: Record<string, string> = {}): Promise<[number, string]> {
  const command = [join(clone, 'bin/hookledger.mjs'), 'migrate'];
  const ended = promisify(execFile)(process.execPath, command, { env: { PATH: join(clone, 'none'), ...env } });
  return ended.then(
    ({ stdout, stderr }) => [0, stdout + stderr],
    ({ code, stdout, stderr }) => [code, stdout + stderr],
  );
}

test('what is built is run while no source is newer', async () => {
  await build(-1);
  expect(await migrate()).toEqual([0, 'it ran\n']);
});

test('a newer source, or other packages, are built first, and a sentence says if npm is not there', async () => {
  await build(1);
  const refused = [2, 'npm cannot be run (ENOENT): install it, or add its folder to PATH.\n'];
  expect(await migrate()).toEqual(refused);
  await build(-1);
  await utimes(join(clone, 'package-lock.json'), Date.now() / 1000 + 7_200, Date.now() / 1000 + 7_200);
  expect(await migrate()).toEqual(refused);
});

test('in production what is built is run, and nothing is built', async () => {
  await build(1);
  const [code, written] = await migrate({ NODE_ENV: 'production' });
  expect(code).toBe(0);
  expect(written).toMatch(
    /^it ran\nThe sources are newer than what was built of them: npm run build in \S+ builds them\.\n$/,
  );
  await rm(join(clone, PROGRAM));
  expect(await migrate({ NODE_ENV: 'production' })).toEqual([
    2,
    `Nothing is built in ${clone}: run npm run build there.\n`,
  ]);
});

test('without the packages of the build nothing is looked at', async () => {
  await build(1);
  await rm(join(clone, 'node_modules'), { recursive: true });
  expect(await migrate()).toEqual([0, 'it ran\n']);
});
