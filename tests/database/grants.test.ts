// A database that a business system shares with us: its tables stand beside ours.
import { Client } from 'pg';
import { migrate } from '../../src/database/migrate';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase('template1');
  await database.query('create table salaries (employee text, amount numeric)');
  await database.query('create sequence salary_numbers');
});
afterEach(() => database.drop());

async function mayRead(table: string): Promise<boolean> {
  const serving = new Client({ connectionString: database.servingUrl });
  await serving.connect();
  try {
    return await serving.query(`select from ${table} limit 1`).then(
      () => true,
      () => false,
    );
  } finally {
    await serving.end();
  }
}

test('it migrates beside tables of others, and lets the serving login read its own tables alone', async () => {
  await migrate(database.migrationUrl, database.servingUrl);
  const ours = await database.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace
     and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'salaries'`,
  );
  expect(ours.length).toBeGreaterThan(20);
  for (const { name } of ours) expect([name, await mayRead(name)]).toEqual([name, true]);
  expect(await mayRead('salaries')).toBe(false);
});

test('a superuser who migrates does not open the tables of others either', async () => {
  await migrate(database.superuserUrl, database.servingUrl);
  expect([await mayRead('users'), await mayRead('salaries')]).toEqual([true, false]);
});
