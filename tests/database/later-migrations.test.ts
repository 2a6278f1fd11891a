// What an upgrade meets: migrations of a later version, locks, several processes that migrate, and one that is killed.
import { Client } from 'pg';
import { type App, startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { concurrentIndexes } from '../../src/database/concurrent-indexes';
import { createDataSource } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import { isAtLeast, MIGRATION_FILES, MIGRATIONS, runsBeside, TIMESTAMPS } from '../../src/database/migrations';
import { createLog } from '../../src/logging/log';
import { VERSION } from '../../src/system/version';
import { runHookledger } from '../programs/run-hookledger';
import { type AnotherVersion, makeVersion } from '../support/another-version';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { waitFor } from '../support/wait-for';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const envOf = ({ servingUrl, migrationUrl }: TestDatabase) => ({
  DATABASE_URL: servingUrl,
  MIGRATION_DATABASE_URL: migrationUrl,
  ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
  ADMIN_API_KEY: 'test-administrator-of-later-migrations',
  PORT: '0',
});
const start = (more: Record<string, string> = {}): Promise<App> =>
  startApp(readConfig({ ...envOf(database), PROCESSES: 'api', ...more }), createLog('silent'));

/** Sessions of other programs. */
async function connect(application_name = 'pg_dump'): Promise<Client> {
  const client = new Client({ connectionString: database.superuserUrl, application_name });
  await client.connect();
  client.on('error', () => undefined);
  return client;
}

const stored = () => database.query<{ name: string }>('select name from migrations order by timestamp');

describe('a migration that a later version has run', () => {
  const run = (file: string, words: string) =>
    database.query('insert into migrations (timestamp, name) values ($1, $2)', [
      TIMESTAMPS.last,
      `${file} 0123456789abcdef ${words}${TIMESTAMPS.last}`,
    ]);
  const ready = async (app: App) => {
    const answer = await fetch(`${app.url}/readyz`);
    const { checks } = (await answer.json()) as { checks: { migrations: string | null } };
    return { status: answer.status, ...checks };
  };

  test('that names this version or an older one lets it work on, and start again, without preparing anything', async () => {
    const app = await start();
    await run('900-later.sql', 'beside 0.1 ');
    // the later version prepares for all
    await database.query('delete from prepared_logins');
    const again = await start();
    expect(await ready(again)).toEqual({ status: 200, database: null, migrations: null, clock: null });
    expect(await ready(app)).toEqual({ status: 200, database: null, migrations: null, clock: null });
    await Promise.all([app.stop(), again.stop()]);
    expect(await database.query('select from prepared_logins')).toEqual([]);
  });

  test('that names a later one makes it not ready, and a start and commands of it say what to do', async () => {
    const app = await start();
    await run('900-later.sql', 'beside 9.1 ');
    const fault = `900-later.sql has run, beside which version 9.1 and later ones work, and this is ${VERSION}`;
    const unready = await waitFor('what was found to be asked again', async () => {
      const answer = await ready(app);
      return answer.status === 503 && answer;
    });
    expect(unready.migrations).toBe(fault);
    await app.stop();
    const refusal = `was upgraded by a later version: ${fault}. Start the later version, or restore a backup`;
    await expect(start()).rejects.toThrow(refusal);
    expect(await runHookledger(['admin-key', '--because', 'it is lost'], envOf(database))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(refusal),
    });
  });

  test('that names none is of another program than ours', async () => {
    await run('900-later.sql', '');
    await expect(start()).rejects.toThrow('(this version does not have 900-later.sql)');
  });
});

test.each([
  ['0.2', '0.2', true],
  ['0.2.0', '0.2', true],
  ['0.2.1', '0.2', true],
  ['0.10', '0.9.9', true],
  ['1.0', '0.99', true],
  ['0.1.9', '0.2', false],
  ['0.2', '0.2.1', false],
])('version %s is at least %s: %s', (version, oldest, expected) => {
  expect(isAtLeast(version, oldest)).toBe(expected);
});

test('a file that is written otherwise than a migration can be is refused with what is wrong', () => {
  expect(() => runsBeside('-- runs beside: the last one', '14-a.sql')).toThrow(
    'migrations/14-a.sql: "-- runs beside: the last one" must name a version, such as 0.2.',
  );
  const sql = 'create index concurrently users_b_idx on users (email);\nalter table users add column b text;';
  expect(() => concurrentIndexes(sql, '14-a.sql')).toThrow('This is not: alter table users add column b text');
  expect(concurrentIndexes(`select 'tuple concurrently updated';`, '14-a.sql')).toBeNull();
});

test('a process without the login of the owner starts though another role was given rights', async () => {
  await database.query('grant select on users to pg_monitor');
  const app = await start({ MIGRATION_DATABASE_URL: '' });
  await app.stop();
});

test('a process without the login of the owner says which migrations must run first', async () => {
  await database.query(`delete from migrations where name like '13-approvals.sql %'`);
  await expect(start({ MIGRATION_DATABASE_URL: '' })).rejects.toThrow(
    'It cannot start: the database is of an earlier version: 13-approvals.sql must run first, and the login of DATABASE_URL, hookledger, may',
  );
});

test('a migration that fails is named with the reason, and the version before works on', async () => {
  const later = await makeVersion('9.0.0', {
    '900-first.sql': `-- runs beside: ${VERSION}\ncreate table first_notes (id integer primary key);`,
    '901-second.sql': `-- runs beside: ${VERSION}\ncreate table second_notes (id integer primary key);\nselect 1 / 0;`,
  });
  try {
    const { ended, output } = later.migrate(envOf(database));
    expect(await ended).toBe(1);
    expect(output()).toBe(
      'It cannot start: the migration 901-second.sql has failed and was rolled back: division by zero (22012). The version that made the ' +
        'database works on. Correct what the error names, and start again.\n',
    );
    const made = await database.query(`select relname from pg_class where relname ~ '^(first|second)_notes$'`);
    expect(made).toEqual([{ relname: 'first_notes' }]);
    const app = await start();
    await app.stop();
  } finally {
    await later.stop();
  }
});

describe('a migration that meets a lock', () => {
  /** The state before 13-approvals.sql, which makes triggers on users. */
  async function beforeApprovals(): Promise<TestDatabase> {
    const made = await createTestDatabase('template1');
    const owner = await createDataSource(made.migrationUrl, { name: 'earlier', poolSize: 1 }).initialize();
    const before = MIGRATION_FILES.indexOf('13-approvals.sql');
    Object.assign(owner, { migrations: owner.migrations.slice(0, before) });
    await owner.runMigrations();
    await owner.destroy();
    return made;
  }

  beforeEach(async () => {
    await database.drop();
    database = await beforeApprovals();
  });

  test('says who holds it, lets others pass, and runs when it is given up', async () => {
    const holder = await connect();
    await holder.query('begin; lock table users in row exclusive mode');
    const [{ pid }] = (await holder.query('select pg_backend_pid() as pid')).rows;
    const lines: { message: string; holder: { pid: number } }[] = [];
    const warn = (fields: object, message: string) =>
      lines.push({ ...(fields as { holder: { pid: number } }), message });
    const log = { info: () => undefined, warn: warn as never };
    const migrating = migrate(database.migrationUrl, database.servingUrl, { log });
    await waitFor('what it says', () => lines.length > 0);
    expect(lines[0]).toMatchObject({ holder: { pid, login: 'postgres', program: 'pg_dump' }, table: 'users' });
    expect(lines[0]?.message).toMatch(
      /^a migration waits for a lock of users: session \d+ \(pg_dump, login postgres\)$/,
    );
    // who comes behind the migration waits for a moment only, though the holder does not move
    const other = await connect('another');
    await other.query(`set statement_timeout = '60s'`);
    for (let n = 0; n < 3; n += 1) await other.query('begin; lock table users in row exclusive mode; commit');
    await holder.query('commit');
    await migrating;
    expect(await stored()).toHaveLength(MIGRATIONS.length);
    await Promise.all([holder.end(), other.end()]);
  });

  test('that is held for too long ends the start, with who holds it, and changes nothing', async () => {
    const holder = await connect();
    await holder.query('begin; lock table users in row exclusive mode');
    const before = await stored();
    const migrating = migrate(database.migrationUrl, database.servingUrl, { patienceMs: 2_000 });
    await expect(migrating).rejects.toThrow(
      /^It cannot start: a migration has tried for 2 s to get a lock of users, which session \d+ \(pg_dump, login postgres\) holds: /,
    );
    expect(await stored()).toEqual(before);
    await holder.end();
  });
});

describe('indexes that are built concurrently', () => {
  const FILE = '900-indexes.sql';
  const INDEXES = `-- runs beside: ${VERSION}
    -- Two of them, on a table and on one with partitions.
    create index concurrently webhooks_created_at_idx on webhooks (created_at) where status <> 'ARCHIVED';
    create index concurrently deliveries_method_idx on deliveries (method, id);`;
  let later: AnotherVersion;

  beforeAll(async () => {
    later = await makeVersion('9.0.0', { [FILE]: INDEXES });
  });
  afterAll(() => later.stop());

  const runs = () => database.query<{ name: string }>(`select name from migrations where name like '${FILE} %'`);
  /** Each index of this column, by its table, and whether it is used. */
  const indexes = () =>
    database.query<{ table: string; valid: boolean }>(
      `select indrelid::regclass::text as table, indisvalid as valid from pg_index
       where indexrelid::regclass::text like '%\\_created_at_idx' and indrelid = 'webhooks'::regclass
         or indexrelid::regclass::text like 'deliveries%\\_method\\_%idx' order by 1`,
    );
  async function expectAll(): Promise<void> {
    const partitions = await database.query<{ table: string; valid: boolean }>(
      `select inhrelid::regclass::text as table, true as valid from pg_inherits where inhparent = 'deliveries'::regclass order by 1`,
    );
    expect(partitions.length).toBeGreaterThan(1);
    const both = [{ table: 'deliveries', valid: true }, ...partitions, { table: 'webhooks', valid: true }];
    expect(await indexes()).toEqual(both);
    expect(await runs()).toHaveLength(1);
  }
  /** A transaction that may still read what the index would lack. */
  async function reader(): Promise<Client> {
    const client = await connect('report');
    await client.query('begin isolation level repeatable read; select count(*) from webhooks');
    return client;
  }
  const builds = () =>
    database.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and query like 'create index concurrently%' and state = 'active'`,
    );

  test('are built in every partition, and in those that are made later', async () => {
    const { ended, output } = later.migrate(envOf(database));
    expect([await ended, output()]).toEqual([0, expect.stringContaining(FILE)]);
    await expectAll();
    await database.query(`select make_partition(name) from missing_partitions(3) where parent = 'deliveries'`);
    await expectAll();
  });

  test('by two processes at once, both of which end, after a reader whom they name', async () => {
    const reading = await reader();
    const both = [later.migrate(envOf(database)), later.migrate(envOf(database))];
    await waitFor('the one to build', async () => (await builds()).length > 0);
    const [waiting] = await waitFor('what it says', () => {
      const found = both.filter(({ output }) => output().includes('a migration waits for the end of a transaction'));
      return found.length > 0 && found;
    });
    expect(waiting?.output()).toMatch(/session \d+ \(report, login postgres\)/);
    // meanwhile a process of this version starts, and rows are written
    const app = await start();
    await database.query('update webhooks set name = name');
    await app.stop();
    await reading.query('commit');
    expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0]);
    await expectAll();
    await reading.end();
  });

  test('are dropped and built again if PostgreSQL stopped half-way, and if the process was killed', async () => {
    const reading = await reader();
    const first = later.migrate(envOf(database));
    const [build] = await waitFor('the build', async () => (await builds()).length > 0 && builds());
    await database.query('select pg_terminate_backend($1)', [build?.pid]);
    // it tries again, as after any lost connection, or ends
    first.kill();
    await first.ended;
    await waitFor('the end of the build', async () => (await builds()).every(({ pid }) => pid !== build?.pid));
    expect((await indexes()).filter(({ valid }) => !valid)).toEqual([{ table: 'webhooks', valid: false }]);
    const second = later.migrate(envOf(database));
    await waitFor('what the second one waits for', async () => second.output().includes('a migration waits for'));
    second.kill();
    const third = later.migrate(envOf(database));
    await reading.query('commit');
    expect([await third.ended, third.output()]).toEqual([0, expect.stringContaining(FILE)]);
    await expectAll();
    await reading.end();
  });
});
