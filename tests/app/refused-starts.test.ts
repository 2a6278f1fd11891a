import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { startApp } from '../../src/app/app';
import { ConfigError, readConfig } from '../../src/config/config';
import { DatabaseStartError } from '../../src/database/start-with-database';
import { createLog } from '../../src/logging/log';
import { askAt } from '../support/app';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { startProgram } from '../support/program';

/** What the program writes, which ends at once: all of it. */
async function refusalOf(env: Record<string, string>): Promise<string> {
  const error = await startProgram(env).then(
    () => new Error('it runs'),
    (thrown: Error) => thrown,
  );
  return error.message;
}

test('a port in use is named, without a stack', async () => {
  const database = await createTestDatabase();
  const other = createServer().listen(0, '127.0.0.1');
  try {
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const refusal = await refusalOf({
      DATABASE_URL: database.servingUrl,
      MIGRATION_DATABASE_URL: database.migrationUrl,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      ADMIN_API_KEY: 'a-key-that-is-hard-to-guess',
      PROCESSES: 'api',
      PORT: String(port),
    });
    expect(refusal).toContain(`  PORT: another program already listens on ${port}. Stop it, or name another port.\n`);
    expect(refusal).not.toContain('    at ');
  } finally {
    other.close();
    await database.drop();
  }
});

test('a first start that is refused after it made the first key shows the key: no later start does', async () => {
  const database = await createTestDatabase();
  const other = createServer().listen(0, '127.0.0.1');
  try {
    await once(other, 'listening');
    const env = {
      DATABASE_URL: database.servingUrl,
      MIGRATION_DATABASE_URL: database.migrationUrl,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      PROCESSES: 'api',
    };
    const refusal = await refusalOf({ ...env, PORT: String((other.address() as AddressInfo).port) });
    expect(refusal).toContain('PORT: another program already listens');
    const key = refusal.match(/^ {2}(hl_\S+)$/m)?.[1];
    const program = await startProgram({ ...env, PORT: '0' });
    const answer = await askAt(program.url as string, '{ viewer { name } }', {}, key);
    await program.kill('SIGKILL');
    expect(answer.data?.viewer.name).toBe('Administrator');
    expect(program.output()).not.toContain('hl_');
  } finally {
    other.close();
    await database.drop();
  }
});

describe('a sentence with the setting and the cure, not a stack', () => {
  let database: TestDatabase;
  let empty: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    empty = await createTestDatabase('template1');
  });
  afterAll(() => Promise.all([database.drop(), empty.drop()]));

  const start = (change: Record<string, string>) => {
    const { servingUrl: DATABASE_URL, migrationUrl: MIGRATION_DATABASE_URL } = database;
    const ENCRYPTION_KEY = randomBytes(32).toString('base64');
    const env = { DATABASE_URL, MIGRATION_DATABASE_URL, ENCRYPTION_KEY, PORT: '0', PROCESSES: 'api', ...change };
    return startApp(readConfig(env), createLog('silent'));
  };
  const withLogin = (username: string) => Object.assign(new URL(database.servingUrl), { username }).href;
  // a part of a name has at most 63 characters, so no server is asked for it
  const UNKNOWN_HOST = `${'x'.repeat(64)}.invalid`;
  const withTls = (more = '') =>
    Object.assign(new URL(database.servingUrl), { search: `?sslmode=verify-full${more}` }).href;

  test.each<[string, () => Record<string, string>, RegExp]>([
    [
      'a login that does not exist',
      () => ({ DATABASE_URL: withLogin('hookledgre') }),
      /^It cannot start: the login of DATABASE_URL, "hookledgre", does not exist\. Create it, or correct DATABASE_URL\.$/,
    ],
    [
      'a login that is not the owner',
      () => ({ DATABASE_URL: empty.migrationUrl, MIGRATION_DATABASE_URL: empty.servingUrl }),
      /^It cannot start: the login of MIGRATION_DATABASE_URL, hookledger, may not prepare the database: permission denied .+\. Set MIGRATION_DATABASE_URL to the owner of the database\.$/,
    ],
    [
      'TLS that the server does not have',
      () => ({ DATABASE_URL: withTls(), MIGRATION_DATABASE_URL: withTls() }),
      /^It cannot start: the database at .+ cannot be used over TLS: The server does not support SSL connections\. Correct sslmode or sslrootcert in DATABASE_URL\.$/,
    ],
    [
      'a file of authorities that is not there',
      () => ({ DATABASE_URL: withTls('&sslrootcert=/no/ca.pem'), MIGRATION_DATABASE_URL: '' }),
      /^It cannot start: .+ cannot be used over TLS: ENOENT: .+ '\/no\/ca\.pem'\. Correct sslmode or sslrootcert in DATABASE_URL\.$/,
    ],
  ])('%s', async (_what, change, message) => {
    const starting = start(change());
    await expect(starting).rejects.toBeInstanceOf(DatabaseStartError);
    await expect(starting).rejects.toThrow(message);
  });

  test.each<[string, Record<string, string>, string]>([
    ['HOST', { HOST: UNKNOWN_HOST }, `HOST: the name ${UNKNOWN_HOST} cannot be resolved.`],
    [
      'DATA_DIR',
      { DATABASE_URL: '', MIGRATION_DATABASE_URL: '', DATA_DIR: '/dev/null' },
      'DATA_DIR: the folder /dev/null',
    ],
    [
      'ERASURE_JOURNAL_FILE',
      { ERASURE_JOURNAL_FILE: '/no/such/folder/erasures.ndjson' },
      'ERASURE_JOURNAL_FILE: it cannot be written: ENOENT',
    ],
    // a folder that can be written, and no file
    ['ERASURE_JOURNAL_FILE', { ERASURE_JOURNAL_FILE: tmpdir() }, 'ERASURE_JOURNAL_FILE: it cannot be written: EISDIR'],
  ])('%s', async (_key, change, message) => {
    const starting = start(change);
    await expect(starting).rejects.toBeInstanceOf(ConfigError);
    await expect(starting).rejects.toThrow(message);
  });
});

test('a mistyped setting is named, before anything is started', async () => {
  expect(await refusalOf({ PORT: '0', ERASURE_JOURNAL_FIEL: '/var/lib/hookledger/erasures.ndjson' })).toBe(
    'it ended with 1 before it ran:\n' +
      'The configuration cannot work:\n' +
      '  ERASURE_JOURNAL_FIEL: there is no such setting. Name it ERASURE_JOURNAL_FILE, or remove it.\n',
  );
});
