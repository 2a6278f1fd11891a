/** @jest-environment node */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type DataPaths, findServerUser, spawnIds } from '../../src/database/embedded-postgres/data-paths';
import { AlreadyRunning, startEmbeddedPostgres } from '../../src/database/embedded-postgres/embedded-postgres';
import * as ports from '../../src/database/embedded-postgres/free-port';
import { isPostmasterByPs, isPostmasterOf } from '../../src/database/embedded-postgres/postmaster-file';
import { waitFor } from '../support/wait-for';
import { type Program, startProgram } from './embedded-postgres/program';
import {
  lives,
  makeDataDir,
  parentPid,
  postmasterPid,
  query,
  removeDataDirs,
  settings,
  start,
  withServer,
} from './embedded-postgres/trial';

jest.mock('../../src/database/embedded-postgres/free-port', () => ({
  freePort: jest.fn(jest.requireActual<typeof ports>('../../src/database/embedded-postgres/free-port').freePort),
}));

let paths: DataPaths;
const programs: Program[] = [];

function program(...args: Parameters<typeof startProgram>): Program {
  const started = startProgram(...args);
  programs.push(started);
  return started;
}

beforeAll(async () => {
  paths = await makeDataDir();
});

afterEach(async () => {
  for (const { child, ended } of programs.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

afterAll(() => removeDataDirs());

test('data, passwords and the encryption key are kept across restarts, and the second start makes no cluster', async () => {
  const first = await withServer(paths.dataDir, async (postgres) => {
    await query(postgres.migrationUrl, 'create table kept (i int); insert into kept values (42)');
    return postgres;
  });
  const madeAt = statSync(join(paths.cluster, 'PG_VERSION')).mtimeMs;
  const second = await start(paths.dataDir);
  expect(await query(second.migrationUrl, 'select i from kept')).toEqual([{ i: 42 }]);
  await second.stop();
  expect(statSync(join(paths.cluster, 'PG_VERSION')).mtimeMs).toBe(madeAt);
  expect(second.encryptionKey).toBe(first.encryptionKey);
  expect(Buffer.from(second.encryptionKey, 'base64')).toHaveLength(32);
  expect(new URL(second.servingUrl).password).toBe(new URL(first.servingUrl).password);
});

test('it listens on 127.0.0.1 and its socket alone, asks everybody for a password, and is set up for us', async () => {
  await withServer(paths.dataDir, async ({ superuserUrl, servingUrl }) => {
    const rules = await query(superuserUrl, 'select distinct auth_method from pg_hba_file_rules');
    expect(rules).toEqual([{ auth_method: 'scram-sha-256' }]);
    const values = await query(
      superuserUrl,
      `select name, setting from pg_settings
       where name in ('listen_addresses', 'unix_socket_directories', 'max_locks_per_transaction', 'TimeZone', 'fsync')
       order by name`,
    );
    expect(Object.fromEntries(values.map(({ name, setting }) => [name, setting]))).toEqual({
      TimeZone: 'UTC',
      fsync: 'off',
      listen_addresses: '127.0.0.1',
      max_locks_per_transaction: '256',
      unix_socket_directories: `"${paths.sockets}"`,
    });
    const [text] = await query(
      servingUrl,
      `select lower('ÉŒ') as lower, 'a' < 'B' as sorted, pg_encoding_to_char(encoding)
      as encoding from pg_database where datname = 'hookledger'`,
    );
    expect(text).toEqual({ lower: 'éœ', sorted: false, encoding: 'UTF8' });
    const wrong = new URL(servingUrl);
    wrong.password = 'guessed';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
  });
});

test('the owner makes tables; the serving login owns nothing and makes nothing', async () => {
  await withServer(paths.dataDir, async ({ superuserUrl, migrationUrl, servingUrl }) => {
    await query(migrationUrl, 'create table made (i int); drop table made; create schema extra; drop schema extra');
    await expect(query(servingUrl, 'create table made (i int)')).rejects.toThrow('permission denied');
    await expect(query(servingUrl, 'create temp table made (i int)')).rejects.toThrow('permission denied');
    await expect(query(servingUrl, 'select * from kept')).rejects.toThrow('permission denied');
    const logins = await query(
      superuserUrl,
      `select rolname, rolsuper or rolcreatedb or rolcreaterole as mighty from pg_roles
       where rolcanlogin and rolname <> 'postgres' order by 1`,
    );
    expect(logins).toEqual([
      { rolname: 'hookledger', mighty: false },
      { rolname: 'hookledger_owner', mighty: false },
    ]);
    await query(superuserUrl, 'create database copied template hookledger owner hookledger_owner');
    await query(Object.assign(new URL(migrationUrl), { pathname: '/copied' }).href, 'create table made (i int)');
    await query(superuserUrl, 'drop database copied');
  });
});

test('a second start says that it already runs, and where a second process finds what it needs', async () => {
  const first = await start(paths.dataDir);
  const refused = await start(paths.dataDir).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(AlreadyRunning);
  const { connectionFile, message } = refused as AlreadyRunning;
  expect(message).toContain('already runs');
  expect(message).toContain(connectionFile);
  const told = await program(paths.dataDir).nextWord();
  expect(told).toEqual({ error: 'AlreadyRunning', message });

  const values = Object.fromEntries(
    readFileSync(connectionFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s)),
  );
  expect(values).toMatchObject({ DATABASE_URL: first.servingUrl, ENCRYPTION_KEY: first.encryptionKey });
  expect(await query(values.MIGRATION_DATABASE_URL!, 'select i from kept')).toEqual([{ i: 42 }]);
  for (const file of [connectionFile, paths.secretsFile, paths.log]) {
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  }
  await first.stop();
  expect(existsSync(connectionFile)).toBe(false);
});

test('when Node is killed the server ends by itself, and an impatient next start just waits for that', async () => {
  const { child, nextWord } = program(paths.dataDir);
  await nextWord();
  const pids = [postmasterPid(paths), parentPid(postmasterPid(paths))];
  child.kill('SIGKILL');
  await waitFor('the server and its watchdog are gone', () => !pids.some(lives));

  const again = program(paths.dataDir);
  await again.nextWord();
  again.child.kill('SIGKILL');
  await withServer(paths.dataDir, async ({ migrationUrl }) => {
    expect(await query(migrationUrl, 'select i from kept')).toEqual([{ i: 42 }]);
  });
});

test('Ctrl-C in the terminal ends the application, which still has its database while it drains', async () => {
  const { child, nextWord, ended } = program(paths.dataDir);
  await nextWord();
  const pid = postmasterPid(paths);
  process.kill(-child.pid!, 'SIGINT');
  expect(await nextWord()).toEqual({ drained: 1 });
  expect(await ended).toEqual([0, null]);
  expect(lives(pid)).toBe(false);
});

test('an application that has nothing left to do ends, and its server with it', async () => {
  const { nextWord, ended } = program(paths.dataDir, 'leave');
  await nextWord();
  expect(await ended).toEqual([0, null]);
  await waitFor('the server is gone', () => !existsSync(join(paths.cluster, 'postmaster.pid')));
});

test('stop ends the server even when its watchdog was killed', async () => {
  const postgres = await start(paths.dataDir);
  const pid = postmasterPid(paths);
  process.kill(parentPid(pid), 'SIGKILL');
  await postgres.stop();
  // without its watchdog the dead server waits for init to take it off the list
  await waitFor('the server is gone', () => !lives(pid));
});

describe('a stale postmaster.pid does not block the next start', () => {
  const cases: [string, () => Promise<{ pid: number; end: () => Promise<void> }>][] = [
    ['whose process is gone', async () => ({ pid: 2 ** 22 + 1, end: async () => {} })],
    ['whose number is now another program of the same user', () => sleeper('sleep 30 & echo $!; wait')],
    ['whose process is a zombie that is never reaped', () => sleeper('sleep 0 & echo $!; exec sleep 30')],
  ];

  async function sleeper(script: string) {
    const child = spawn('/bin/sh', ['-c', script], {
      ...spawnIds(await findServerUser()),
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const end = async () => {
      process.kill(-child.pid!, 'SIGKILL');
      await once(child, 'exit');
    };
    return { pid: Number(line), end };
  }

  test.each(cases)('%s', async (_, prepare) => {
    const { pid, end } = await prepare();
    writeFileSync(join(paths.cluster, 'postmaster.pid'), `${pid}\n${paths.cluster}\n1700000000\n5432\n\n127.0.0.1\n`);
    try {
      await withServer(paths.dataDir, async () => expect(postmasterPid(paths)).not.toBe(pid));
    } finally {
      await end();
    }
  });
});

test('a postmaster is known by its data directory, with /proc and with ps', async () => {
  const other = await makeDataDir();
  await withServer(paths.dataDir, async () => {
    const pid = postmasterPid(paths);
    for (const isPostmaster of [isPostmasterOf, isPostmasterByPs]) {
      expect(await isPostmaster(pid, paths.cluster)).toBe(true);
      expect(await isPostmaster(pid, other.cluster)).toBe(false);
      expect(await isPostmaster(parentPid(pid), paths.cluster)).toBe(false);
      expect(await isPostmaster(process.pid, paths.cluster)).toBe(false);
    }
  });
});

test('a port that is taken between choosing and binding is replaced by another', async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const taken = (squatter.address() as AddressInfo).port;
  jest.mocked(ports.freePort).mockResolvedValueOnce(taken).mockResolvedValueOnce(taken);
  await withServer(paths.dataDir, async ({ servingUrl }) => {
    expect(Number(new URL(servingUrl).port)).not.toBe(taken);
    expect(await query(servingUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
  squatter.close();
});

test('a server that does not start is an error with the end of its log, and does not block the next start', async () => {
  const failed = startEmbeddedPostgres({
    dataDir: paths.dataDir,
    settings: { ...settings, shared_buffers: 'plenty' },
  });
  await expect(failed).rejects.toThrow(/server\.log, ends:\n.*invalid value for parameter "shared_buffers": "plenty"/s);
  await expect(failed).rejects.toThrow(paths.log);
  await withServer(paths.dataDir, async () => {});
});

test('a cluster of another major version is refused, naming both', async () => {
  const file = join(paths.cluster, 'PG_VERSION');
  const version = readFileSync(file, 'utf8');
  writeFileSync(file, '14\n');
  await expect(start(paths.dataDir)).rejects.toThrow(
    `The cluster in ${paths.cluster} was made by PostgreSQL 14, and the binaries in`,
  );
  writeFileSync(file, version);
});

test('of two that start at once on a fresh directory one serves and the other learns how to connect', async () => {
  const fresh = await makeDataDir();
  const words = await Promise.all([program(fresh.dataDir), program(fresh.dataDir)].map((each) => each.nextWord()));
  const served = words.find(({ postgres }) => postgres)?.postgres;
  expect(words.find(({ error }) => error)?.error).toBe('AlreadyRunning');
  expect(await query(served!.servingUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('an initdb that was killed in the middle, and lost passwords, leave the next start unharmed', async () => {
  const fresh = await makeDataDir();
  const unfinished = () => readdirSync(fresh.home).filter((name) => name.startsWith('unfinished-'));
  const { child, ended } = program(fresh.dataDir);
  const hasBegun = () => unfinished().some((name) => existsSync(join(fresh.home, name, 'cluster', 'base')));
  await waitFor('initdb is at work', hasBegun);
  child.kill('SIGKILL');
  await ended;
  expect(existsSync(fresh.cluster)).toBe(false);
  await withServer(fresh.dataDir, async ({ setAside }) => expect(setAside).toBeNull());
  expect(unfinished()).toEqual([]);

  rmSync(fresh.secretsFile);
  await withServer(fresh.dataDir, async ({ setAside, servingUrl }) => {
    expect(setAside).toBe(`${fresh.cluster}.previous`);
    expect(await query(servingUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});
