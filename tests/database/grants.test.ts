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

test('no function that runs as its owner may be called by every login', async () => {
  await migrate(database.migrationUrl, database.servingUrl);
  const open = await database.query(
    `select oid::regprocedure::text as name from pg_proc where prosecdef and pronamespace = 'public'::regnamespace
     and prorettype <> 'trigger'::regtype and has_function_privilege('pg_monitor', oid, 'execute')`,
  );
  expect(open).toEqual([]);
});

test('a superuser who migrates does not open the tables of others either', async () => {
  await migrate(database.superuserUrl, database.servingUrl);
  expect([await mayRead('users'), await mayRead('salaries')]).toEqual([true, false]);
});

test('the reader reads facts and the sealed log, and no content', async () => {
  await migrate(database.migrationUrl, database.servingUrl);
  await database.query('set role hookledger_reader');
  await database.query('select id, status, webhook_id, leaf_hash from webhook_request_logs');
  await database.query('select tree_size, root_hash from evidence_blocks');
  await database.query('select checkpoint from evidence_heads');
  const forbidden = [
    'url from webhook_request_logs',
    'headers from webhook_request_logs',
    'response_body from webhook_request_logs',
    'reference_document from webhook_request_logs',
    'content_salt from webhook_request_logs',
    'body from payloads',
    'reference_document from business_events',
    'details from audit_entries',
    'box from evidence_keys',
    'token_hash from api_keys',
    'name from users',
    '* from webhook_secrets',
  ];
  for (const sql of forbidden) await expect(database.query(`select ${sql}`)).rejects.toThrow('permission denied');
  await expect(database.query('delete from evidence_queue')).rejects.toThrow('permission denied');
});
