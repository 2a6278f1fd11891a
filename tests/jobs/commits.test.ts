// Loops look when something was committed: a commit that is not noticed would leave work undone.
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { type CommitWatch, watchCommits } from '../../src/database/commits';
import { createDataSource } from '../../src/database/data-source';
import { createLog } from '../../src/log';
import { createTestDatabase, type TestDatabase } from '../support/database';

const log = createLog('silent');

let database: TestDatabase;
let source: DataSource;
let client: Client;
let watch: CommitWatch;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query('create table watched (n int)');
  source = await createDataSource(database.servingUrl, { name: 'test commits', pipeline: true }).initialize();
  client = new Client({ connectionString: database.superuserUrl });
  await client.connect();
  watch = watchCommits(source, log);
});
afterAll(async () => {
  await watch.stop();
  await client.end();
  await source.destroy();
  await database.drop();
});

const nextCommit = () => new Promise<void>((resolve) => void watch.wait(watch.seen(), resolve));

test.each([
  ['a row', 'insert into watched values (1)'],
  ['a notification', `select pg_notify('other', '')`],
  ['a deleted row', 'delete from watched'],
])('%s is noticed', async (_what, sql) => {
  const noticed = nextCommit();
  await client.query(sql);
  await noticed;
});

test('a transaction that has begun before is noticed when it ends', async () => {
  await client.query('begin');
  await client.query('insert into watched values (2)');
  // at least one look, which does not see the row
  await wait(1_100);
  const noticed = nextCommit();
  await client.query('commit');
  await noticed;
});
