import { randomBytes } from 'node:crypto';
import { type App, startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createDataSource } from '../../src/database/data-source';
import { DELIVER } from '../../src/database/pools';
import { refusePooler } from '../../src/database/readiness';
import { startWithDatabase } from '../../src/database/start-with-database';
import { createLog } from '../../src/logging/log';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { startProgram } from '../support/program';
import { waitFor } from '../support/wait-for';
import { withoutSetting } from './database-outage/startup-message';
import { startTcpProxy, type TcpProxy } from './database-outage/tcp-proxy';

let database: TestDatabase;
let proxy: TcpProxy;
let env: Record<string, string>;
let isAway: boolean;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startTcpProxy(() => (isAway ? null : Number(new URL(database.servingUrl).port)));
  env = {
    DATABASE_URL: proxy.through(database.servingUrl),
    MIGRATION_DATABASE_URL: proxy.through(database.migrationUrl),
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    PORT: '0',
  };
});
beforeEach(() => {
  isAway = true;
});
afterAll(async () => {
  await proxy.stop();
  await database.drop();
});

test('a start that meets an error which is not expected says so in a sentence', async () => {
  const fault = { code: '42P01', severity: 'ERROR' };
  const start = async () => {
    throw Object.assign(new Error('relation "users" does not exist'), fault);
  };
  await expect(startWithDatabase(readConfig(env), createLog('silent'), start)).rejects.toMatchObject({
    name: 'DatabaseStartError',
    message: expect.stringMatching(
      /^It cannot start: .* not expected: relation "users" does not exist \(42P01\)\. .*by hand/,
    ),
  });
});

const endingOf = (more: Record<string, string>): Promise<string> =>
  startProgram({ ...env, ...more }).then(
    async (program) => {
      await program.kill('SIGKILL');
      return 'it runs';
    },
    (error: Error) => error.message,
  );

test('a start while the database is away waits for it, says so once, and shows the first key all the same', async () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => lines.push(line) });
  const tokens: string[] = [];
  const starting: Promise<App> = startApp(readConfig(env), log, (token) => tokens.push(token));
  await waitFor('it to wait', () => lines.length > 0);
  // once more than one try has failed
  await waitFor('it to try again', () => proxy.refused() > 1);
  isAway = false;
  const app = await starting;
  try {
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
    expect(tokens).toEqual([expect.stringMatching(/^\S{24,}$/)]);
    // on a busy machine, a loop may fail later
    const waiting = lines.map((line) => JSON.parse(line)).filter(({ level, loop }) => level >= 40 && !loop);
    const { port } = proxy;
    expect(waiting).toMatchObject([{ msg: expect.stringMatching(`^waiting for the database at 127.0.0.1:${port}/`) }]);
  } finally {
    await app.stop();
  }
});

test('a start waits no longer than DATABASE_WAIT_SECONDS, and ends with a sentence instead of a stack', async () => {
  const ending = await endingOf({ DATABASE_WAIT_SECONDS: '1' });
  expect(ending).toContain('ended with 1');
  expect(ending).toMatch(/It cannot start: the database at 127\.0\.0\.1:\d+\/\w+ could not be used for 1 s .+\n$/);
  expect(ending).not.toContain('    at ');
});

test('a login that is refused ends the start at once, with a sentence that holds no password', async () => {
  isAway = false;
  const wrong = Object.assign(new URL(env.MIGRATION_DATABASE_URL as string), { password: 'not-the-password' }).href;
  const ending = await endingOf({ MIGRATION_DATABASE_URL: wrong });
  expect(ending).toContain('refuses the login: password authentication failed for user "hookledger_owner".');
  expect(ending).not.toContain('    at ');
  expect(ending).not.toContain('not-the-password');
});

test('a start on a server that only reads, as a standby does, says which address is right', async () => {
  isAway = false;
  await database.query(`alter database ${database.name} set default_transaction_read_only = on`);
  try {
    const ending = await endingOf({ DATABASE_WAIT_SECONDS: '1' });
    expect(ending).toMatch(
      /could not be used for 1 s .+ Is it a standby\? Let DATABASE_URL name the primary, or all servers with/,
    );
    const listed = `${env.DATABASE_URL}?target_session_attrs=read-write`;
    const refused = await endingOf({ DATABASE_WAIT_SECONDS: '1', DATABASE_URL: listed, MIGRATION_DATABASE_URL: '' });
    expect(refused).toMatch(/no host is read-write \(127\.0\.0\.1:\d+: is read-only\)\./);
  } finally {
    await database.query(`alter database ${database.name} set default_transaction_read_only = off`);
  }
});

test('a start whose host answers nothing waits for it too', async () => {
  const silent = await startTcpProxy(() => null);
  silent.goSilent();
  try {
    const url = Object.assign(new URL(database.servingUrl), {
      hostname: '127.0.0.1',
      port: String(silent.port),
      search: '',
    });
    const slow = `${url.href}?connect_timeout=1&target_session_attrs=any`;
    const ending = await endingOf({ DATABASE_WAIT_SECONDS: '1', DATABASE_URL: slow, MIGRATION_DATABASE_URL: slow });
    expect(ending).toMatch(/could not be used for 1 s .+: timeout expired\)/);
  } finally {
    await silent.stop();
  }
});

test('a start behind a pooler that refuses the settings of sessions ends at once, and says what to do', async () => {
  const log = createLog('silent');
  const refusing = () => Promise.reject(new Error('unsupported startup parameter: options'));
  await expect(startWithDatabase(readConfig(env), log, refusing)).rejects.toThrow(
    /is behind a connection pooler, which refuses it: unsupported startup parameter: options\. Let DATABASE_URL name PostgreSQL itself/,
  );
});

test('a pooler that drops the settings of sessions is refused', async () => {
  const dropping = await createDataSource(database.servingUrl, { name: 'without settings' }).initialize();
  const keeping = await createDataSource(database.servingUrl, DELIVER).initialize();
  try {
    await expect(refusePooler(dropping)).rejects.toThrow(/a connection pooler .+ drops the settings of sessions/);
    await refusePooler(keeping);
  } finally {
    await Promise.all([dropping.destroy(), keeping.destroy()]);
  }
});

test('a start behind such a pooler ends with a sentence', async () => {
  const pooler = await startTcpProxy(
    () => Number(new URL(database.servingUrl).port),
    (first) => withoutSetting(first, 'options'),
  );
  try {
    const ending = await endingOf({
      DATABASE_URL: pooler.through(database.servingUrl),
      MIGRATION_DATABASE_URL: pooler.through(database.migrationUrl),
    });
    expect(ending).toMatch(/It cannot start: a connection pooler .+ drops the settings of sessions/);
    expect(ending).not.toContain('    at ');
  } finally {
    await pooler.stop();
  }
});
