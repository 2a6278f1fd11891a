// A database that was made from another text of the migrations than the program's.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded-postgres/embedded-postgres';
import { migrate } from '../../src/database/migrate';
import { createLog } from '../../src/logging/log';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { dumpOf } from '../support/dump';
import { startProgram } from '../support/program';

const CHANGE = `update migrations set name = regexp_replace(name, ' \\w+ ', ' 0123456789abcdef ') where name like '4-request-log.sql %'`;
const KEY = 'test-administrator-of-other-migrations';

/** The start that is refused. @returns its exit code and what it wrote to stderr and stdout */
async function refusal(env: Record<string, string>): Promise<string> {
  const program = await startProgram({ ...env, ADMIN_API_KEY: KEY, PORT: '0' }).catch((error: Error) => error);
  if (program instanceof Error) return program.message;
  await program.kill('SIGTERM');
  throw new Error('it started');
}

/** Within this process, where the exit code is of no interest. */
const start = (env: Record<string, string>) =>
  startApp(readConfig({ ...env, ADMIN_API_KEY: KEY, PORT: '0' }), createLog('silent'));

describe('with DATABASE_URL', () => {
  let database: TestDatabase;
  afterEach(() => database.drop());

  const envOf = ({ servingUrl, migrationUrl }: TestDatabase) => ({
    DATABASE_URL: servingUrl,
    MIGRATION_DATABASE_URL: migrationUrl,
    ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
  });
  const addressOf = ({ servingUrl, name }: TestDatabase) => {
    const { host, searchParams } = new URL(servingUrl);
    return `${searchParams.get('host') ?? host}/${name}`;
  };

  test('it is refused with the file that differs and what to do, and nothing is changed', async () => {
    database = await createTestDatabase();
    await database.query(CHANGE);
    const before = await dumpOf(database);
    const message =
      `It cannot start: the database at ${addressOf(database)} was made from other migrations than those of this ` +
      'version (another text of 4-request-log.sql): start the version that made it, or create a new, empty database ' +
      'and set DATABASE_URL and MIGRATION_DATABASE_URL to it.\n';
    expect(await refusal(envOf(database))).toBe(`it ended with 1 before it ran:\n${message}`);
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const migrating = promisify(execFile)(process.execPath, ['dist/src/programs/migrate-program.js'], {
      cwd: join(__dirname, '../..'),
      env: { PATH, NODE_COMPILE_CACHE, ...envOf(database) },
    });
    await expect(migrating).rejects.toMatchObject({ code: 1, stderr: message });
    expect(await dumpOf(database)).toBe(before);
  });

  test('of the earlier migrations is refused too, before the first table is made', async () => {
    database = await createTestDatabase('template1');
    await database.query('create table migrations (id serial primary key, timestamp bigint, name varchar)');
    await database.query('grant select on migrations to hookledger_owner');
    await database.query(
      `insert into migrations (timestamp, name) values (1764000000001, 'CreateUsers1764000000001'),
         (1764000000002, 'CreateWebhooks1764000000002'), (1764000000003, 'CreateLogTables1764000000003')`,
    );
    await expect(start(envOf(database))).rejects.toThrow(
      `It cannot start: the database at ${addressOf(database)} was made from other migrations than those of this ` +
        'version (this version does not have CreateUsers1764000000001 and 2 more): ',
    );
    const tables = await database.query(`select tablename from pg_tables where schemaname = 'public'`);
    expect(tables).toEqual([{ tablename: 'migrations' }]);
  });

  test('of another program, with migrations of its own in the same table, is used as before', async () => {
    database = await createTestDatabase('template1');
    await database.query('create table migrations (id serial primary key, timestamp bigint, name varchar)');
    await database.query('alter table migrations owner to hookledger_owner');
    await database.query(`insert into migrations (timestamp, name) values (1700000000000, 'Invoices1700000000000')`);
    const app = await start(envOf(database));
    await app.stop();
    expect(await database.query('select count(*)::int as n from users')).toEqual([{ n: 1 }]);
  });
});

describe('with DATA_DIR', () => {
  let dataDir: string;
  let dataPath: string;
  let made: EmbeddedPostgres;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'hookledger-other-migrations-'));
  });
  afterAll(async () => {
    for (const path of [dataDir, dataPath]) if (path) await rm(path, { recursive: true, force: true });
  });

  /** Runs the work as the owner, while no program uses the database. */
  async function inCluster<T>(work: (owner: Client, postgres: EmbeddedPostgres) => Promise<T>): Promise<T> {
    const postgres = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
    ({ dataPath } = postgres);
    const owner = new Client({ connectionString: postgres.migrationUrl });
    try {
      await owner.connect();
      return await work(owner, postgres);
    } finally {
      await owner.end();
      await postgres.stop();
    }
  }

  async function startAndStop(): Promise<void> {
    const app = await start({ DATA_DIR: dataDir });
    await app.stop();
  }

  const users = async (owner: Client) => (await owner.query('select name from users order by name')).rows;

  test('it is refused with the directory to move away, and nothing is changed', async () => {
    made = await inCluster(async (owner, postgres) => {
      await migrate(postgres.migrationUrl, postgres.servingUrl);
      await owner.query(`insert into users (id, name, roles, active, created_at, updated_at)
        values (new_id(), 'kept', '{}', true, now(), now())`);
      return postgres;
    });
    await startAndStop();
    const before = [{ name: 'Administrator' }, { name: 'kept' }];
    await inCluster(async (owner) => {
      expect(await users(owner)).toEqual(before);
      await owner.query(CHANGE);
    });

    expect(await refusal({ DATA_DIR: dataDir })).toContain(
      'It cannot start: the embedded database was made from other migrations than those of this version (another text ' +
        `of 4-request-log.sql): start the version that made it, or move away or delete ${made.clusterPath}, which ` +
        'contains all its data, so that the next start makes a new database (keep the encryption key: it is in ' +
        'DATA_DIR).\n',
    );
    expect(await inCluster(users)).toEqual(before);
  });

  test('without that directory the next start makes another database, with the same encryption key', async () => {
    await rm(made.clusterPath, { recursive: true });
    await startAndStop();
    const anew = await inCluster(async (owner, { encryptionKey }) => ({ encryptionKey, users: await users(owner) }));
    expect(anew).toEqual({ encryptionKey: made.encryptionKey, users: [{ name: 'Administrator' }] });
  });
});
