// The commands of bin/commands.json, as processes: what they have in common, and those that start, migrate, pause and resume.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import commands from '../../bin/commands.json';
import { engines, version } from '../../package.json';
import { useTestApi } from '../support/app';
import { useTestDatabase } from '../support/database';
import { waitFor } from '../support/wait-for';
import { COMMAND, runHookledger } from './run-hookledger';
import { type RunningCommand, startHookledger } from './running-command';

const NAMES = Object.keys(commands);
const words = (name: string) => name.split(' ');

const app = useTestApi();
const database = useTestDatabase('template1');

const ENCRYPTION_KEY = randomBytes(32).toString('base64');
const settings = () => ({
  DATABASE_URL: database.servingUrl,
  MIGRATION_DATABASE_URL: database.migrationUrl,
  ENCRYPTION_KEY,
  PORT: '0',
});

describe('every command', () => {
  test('is listed, with what it does', async () => {
    const { code, stdout, stderr } = await runHookledger(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of NAMES) expect(stdout).toMatch(new RegExp(`^hookledger ${name}( .+)? {2}\\S`, 'm'));
    expect((await runHookledger([])).stdout).toBe(stdout);
  });

  test.each(NAMES)('%s has a help that begins with its name', async (name) => {
    const { code, stdout, stderr } = await runHookledger([...words(name), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // the verifier of evidence is one file that is used without the others
    expect(stdout).toContain(name === 'verify' ? 'verify-evidence.mjs' : `hookledger ${name}`);
  });

  // one of each way in which arguments are read
  test.each(['start', 'migrate', 'tail', 'doctor', 'evidence restart'])(
    '%s refuses an unknown option in one sentence',
    async (name) => {
      const { code, stdout, stderr } = await runHookledger([...words(name), '--frobnicate']);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^[^\n]*--frobnicate[^\n]+\.\n$/);
      expect(stderr).toContain(`hookledger ${name}`);
    },
  );

  test('is told from what is none', async () => {
    const none = (what: string) => ({
      code: 2,
      stdout: '',
      stderr: `There is no ${what}: hookledger --help lists the commands.\n`,
    });
    expect(await runHookledger(['stat'])).toEqual(none('command stat'));
    expect(await runHookledger(['constructor'])).toEqual(none('command constructor'));
    expect(await runHookledger(['--frobnicate'])).toEqual(none('option --frobnicate'));
    expect(await runHookledger(['--version'])).toEqual({ code: 0, stdout: `hookledger ${version}\n`, stderr: '' });
  });

  test('finds process.execve in the oldest Node that package.json allows', () => {
    const [major = 0, minor = 0] = engines.node.replace('>=', '').split('.').map(Number);
    expect(major > 23 || (major === 23 && minor >= 11)).toBe(true);
  });
});

/** @returns the line that says so */
function untilRunning({ stdout, stderr, ended }: RunningCommand): Promise<string> {
  const said = waitFor('the server', async () => /^.*"Hookledger is running".*$/m.exec(stdout())?.[0]);
  const failed = ended.then((code) => {
    throw new Error(`it ended with ${code}: ${stderr()}`);
  });
  failed.catch(() => undefined);
  return Promise.race([said, failed]);
}

test('migrate makes the tables, and start replaces itself by the server, which ends in order', async () => {
  const env = settings();
  expect(await runHookledger(['migrate'], env)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('the database is up to date'),
    stderr: '',
  });
  // says in each program that the process runs which one it is
  const told = `console.error(JSON.stringify({ program: process.argv[1], options: process.execArgv, tunables: process.env.GLIBC_TUNABLES }))`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(told)}`;
  const server = startHookledger(['start'], { ...env, NODE_OPTIONS });
  const running = await untilRunning(server);
  expect(JSON.parse(running).pid).toBe(server.pid);
  const [own = '', program = ''] = server.stderr().match(/^\{"program".*$/gm) ?? [];
  expect(JSON.parse(own).program).toBe(COMMAND);
  const { nodeOptions, environment } = commands.start;
  expect(JSON.parse(program)).toEqual({
    program: expect.stringMatching(/dist\/src\/main\.js$/),
    options: [...nodeOptions, '--enable-source-maps'],
    tunables: environment.GLIBC_TUNABLES,
  });
  expect((await fetch(`${JSON.parse(running).url}/healthz`)).status).toBe(200);
  server.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

const NOBODY = 65_534;

/** Not in the folder of a user. */
function isOpenToAll(path: string): boolean {
  const folder = dirname(path);
  return (statSync(folder).mode & 1) === 1 && (folder === path || isOpenToAll(folder));
}

test('a user who may write in no folder starts it, and reads nothing about it in the log', async () => {
  const env = settings();
  expect(await runHookledger(['migrate'], env)).toMatchObject({ code: 0 });
  const asNobody = process.getuid?.() === 0 && isOpenToAll(COMMAND) ? { uid: NOBODY, gid: NOBODY } : {};
  const server = startHookledger(['start'], { ...env, NODE_COMPILE_CACHE: '' }, { ...asNobody, cwd: '/' });
  await untilRunning(server);
  server.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  expect(server.stderr()).toBe('');
  const lines = server
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  expect(lines.map((line) => JSON.parse(line)).filter(({ level }) => level > 30)).toEqual([]);
});

test('the environment of the operator is kept, and a start that fails ends with its own code', async () => {
  const told = 'console.error(process.env.GLIBC_TUNABLES)';
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(told)}`;
  const failed = await runHookledger(['start'], {
    NODE_OPTIONS,
    GLIBC_TUNABLES: 'glibc.malloc.arena_max=1',
    PORT: 'x',
  });
  expect(failed.code).toBe(1);
  expect(failed.stderr.match(/arena_max=\d/g)).toEqual(['arena_max=1', 'arena_max=1']);
  expect(failed.stderr).toContain('PORT: ');
});

test('a signal ends a start that waits for its database', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  const connected = once(silent, 'connection');
  await once(silent, 'listening');
  const { port } = silent.address() as { port: number };
  const DATABASE_URL = `postgres://u:p@127.0.0.1:${port}/d`;
  const server = startHookledger(['start'], { ...settings(), DATABASE_URL, MIGRATION_DATABASE_URL: DATABASE_URL });
  await connected;
  server.kill('SIGTERM');
  expect(await server.ended).toBe(143);
  silent.close();
});

test('pause and resume, with their reasons, by a key that may', async () => {
  const hookledger = async (args: string[], key = app.adminKey) =>
    runHookledger([...args, '--url', app.url], { API_KEY: key });
  const isPaused = async () => (await app.ask('{ deliveriesPaused { reason } }')).data.deliveriesPaused;
  expect(await hookledger(['pause'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^--because is missing: /),
  });
  expect(await hookledger(['pause', '--because', ' '])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^--because: reason must not be empty/),
  });
  expect(await isPaused()).toBeNull();
  const since = /^Deliveries are paused since 2\d{3}-\S+Z by Administrator: The firewall is replaced\n$/;
  const paused = await hookledger(['pause', '--because', 'The firewall is replaced']);
  expect(paused).toEqual({ code: 0, stdout: expect.stringMatching(since), stderr: '' });
  expect(await isPaused()).toEqual({ reason: 'The firewall is replaced' });
  expect(await hookledger(['pause', '--because', 'Another reason'])).toEqual(paused);
  const support = await app.keyFor('SUPPORT');
  expect(await hookledger(['resume'], support)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/SYSTEM_MANAGER/),
  });
  expect(await hookledger(['resume', '--because', 'It works'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Deliveries continue\. .*: The firewall is replaced\n$/),
  });
  expect(await isPaused()).toBeNull();
  expect(await hookledger(['resume'])).toEqual({ code: 0, stdout: 'Deliveries were not paused.\n', stderr: '' });
});
