import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { type Db, rowOf } from '../../src/sql/db';
import { PoolShare } from '../../src/sql/session-pool';
import { pipelinedTransactions } from '../../src/sql/transactions';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { waitFor } from '../support/wait-for';

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  const options = { name: 'share test', poolSize: 4, statementTimeoutMs: 20_000, pipeline: true };
  source = await createDataSource(database.servingUrl, options).initialize();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

interface Session {
  pid: number;
  timeout: string;
  hashjoin: string;
}

const session = (db: Db) =>
  rowOf<Session>(
    db,
    `select pg_backend_pid() as pid, current_setting('statement_timeout') as timeout,
       current_setting('enable_hashjoin') as hashjoin`,
  );

test('statements of a share run with its settings, and the connection has its own again afterwards', async () => {
  const share = new PoolShare(source, { settings: { enable_hashjoin: 'off' }, statementTimeoutMs: 300 });
  const own = await session(source.manager);
  expect(own).toMatchObject({ timeout: '20s', hashjoin: 'on' });
  expect(await session(share)).toEqual({ pid: own?.pid, timeout: '300ms', hashjoin: 'off' });
  expect(await share.inTransaction(session)).toEqual({ pid: own?.pid, timeout: '300ms', hashjoin: 'off' });
  expect(await session(source.manager)).toEqual(own);
});

test('a statement that fails or takes too long leaves the connection usable, with its own settings', async () => {
  const share = new PoolShare(source, { settings: { enable_hashjoin: 'off' }, statementTimeoutMs: 300 });
  const own = await session(source.manager);
  await expect(rowOf(share, 'select 1 / 0')).rejects.toThrow('division by zero');
  await expect(rowOf(share, 'select pg_sleep(30)')).rejects.toMatchObject({ code: '57014' });
  expect(await session(source.manager)).toEqual(own);
  expect(await session(share)).toMatchObject({ pid: own?.pid, timeout: '300ms' });
});

test('a share uses no more connections at once than it may, and the rest of the pool stays free', async () => {
  const share = new PoolShare(source, { atMost: 2 });
  const running = async () => {
    const [row] = await database.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity
       where datname = current_database() and query like 'select 1 as waits%' and wait_event_type = 'Lock'`,
    );
    return row?.n;
  };
  await database.query('begin');
  await database.query('lock table users in access exclusive mode');
  const waiting = Array.from({ length: 6 }, () => rowOf(share, 'select 1 as waits from users'));
  await waitFor('two statements', async () => {
    await database.query('select pg_stat_clear_snapshot()');
    return (await running()) === 2;
  });
  // answered on the other two connections
  const others = await Promise.all([session(source.manager), session(source.manager)]);
  expect(new Set(others.map((each) => each?.pid)).size).toBe(2);
  expect(await running()).toBe(2);
  await database.query('rollback');
  expect(await Promise.all(waiting)).toEqual(Array(6).fill(null));
});

test('a transaction may wait longer for a statement than its session, and a silent network is noticed later', async () => {
  const brief = await createDataSource(database.servingUrl, {
    name: 'brief test',
    poolSize: 1,
    statementTimeoutMs: 200,
    pipeline: true,
  }).initialize();
  try {
    const transaction = pipelinedTransactions(brief, { statementTimeoutMs: 20_000 });
    // the socket of the session would end it after 5.2 seconds
    const slept = await transaction((db) => rowOf(db, 'select 1 as slept from pg_sleep(6)'));
    expect(slept).toEqual({ slept: 1 });
    await expect(rowOf(brief.manager, 'select pg_sleep(30)')).rejects.toMatchObject({ code: '57014' });
  } finally {
    await brief.destroy();
  }
});
