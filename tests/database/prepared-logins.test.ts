// A start on a database that the start before has prepared.
import { createDataSource } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import { MIGRATIONS } from '../../src/database/migrations';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
  await start();
});
afterEach(() => database.drop());

const start = () => migrate(database.migrationUrl, database.servingUrl);

/** The transaction that wrote the rights of a table last. */
async function grantedBy(table: string): Promise<string | undefined> {
  const [row] = await database.query<{ xmin: string }>('select xmin::text from pg_class where oid = $1::regclass', [
    table,
  ]);
  return row?.xmin;
}

async function mayServe(privilege: string, table: string): Promise<boolean | undefined> {
  const [row] = await database.query<{ may: boolean }>(`select has_table_privilege('hookledger', $1, $2) as may`, [
    table,
    privilege,
  ]);
  return row?.may;
}

test('grants nothing again, so that no session has to plan anew', async () => {
  const before = [await grantedBy('users'), await grantedBy('deliveries')];
  await start();
  expect([await grantedBy('users'), await grantedBy('deliveries')]).toEqual(before);
});

test.each([
  ['a right on a table', 'revoke insert on api_keys from hookledger', 'insert', 'api_keys'],
  ['a right on a column', 'revoke update (status) on deliveries from hookledger', 'update', 'deliveries'],
  [
    'all rights, as after a restore without them',
    'revoke all on all tables in schema public from hookledger',
    'select',
    'users',
  ],
])('grants %s again if it is gone', async (_, revoke, privilege, table) => {
  const may = () =>
    privilege === 'update'
      ? database
          .query<{ may: boolean }>(`select has_column_privilege('hookledger', $1, 'status', $2) as may`, [
            table,
            privilege,
          ])
          .then(([row]) => row?.may)
      : mayServe(privilege, table);
  await database.query(revoke);
  expect(await may()).toBe(false);
  await start();
  expect(await may()).toBe(true);
});

test('makes partitions that are missing', async () => {
  const partitions = () =>
    database.query(`select relname from pg_class where relispartition and relkind = 'r' order by relname`);
  const before = await partitions();
  const [last] = await database.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits
     where inhparent = 'webhook_request_logs'::regclass order by inhrelid::regclass::text desc limit 1`,
  );
  await database.query(`drop table ${last?.name}`);
  await start();
  expect(await partitions()).toEqual(before);
});

test('prepares a login that is new to it', async () => {
  const login = `${database.name}_serving`;
  await database.query(`create role ${login} login`);
  try {
    await migrate(database.migrationUrl, Object.assign(new URL(database.servingUrl), { username: login }).href);
    const [row] = await database.query(`select has_table_privilege($1, 'api_keys', 'insert') as may`, [login]);
    expect(row).toEqual({ may: true });
  } finally {
    await database.query(`drop owned by ${login}`);
    await database.query(`drop role ${login}`);
  }
});

test.each([2, 5, 9])('completes a first start that was killed after %d migrations', async (done) => {
  const killed = await createTestDatabase('template1');
  try {
    const owner = await createDataSource(killed.migrationUrl, { name: 'killed', poolSize: 1 }).initialize();
    Object.assign(owner, { migrations: owner.migrations.slice(0, done) });
    await owner.runMigrations();
    await owner.destroy();
    await migrate(killed.migrationUrl, killed.servingUrl);
    const [ran] = await killed.query<{ n: number }>('select count(*)::int as n from migrations');
    expect(ran?.n).toBe(MIGRATIONS.length);
  } finally {
    await killed.drop();
  }
});
