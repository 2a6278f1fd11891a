import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { CommitUnknown, isDatabaseUnavailable } from '../../src/sql/database-errors';
import { pipelinedTransactions, type Transaction, type TransactionOptions } from '../../src/sql/transactions';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { loseAnswerToCommit } from './lost-commit';

let database: TestDatabase;
let source: DataSource;
let transaction: Transaction;

beforeAll(async () => {
  database = await createTestDatabase();
  source = await createDataSource(database.servingUrl, { name: 'test', pipeline: true, poolSize: 1 }).initialize();
  transaction = pipelinedTransactions(source);
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

const failureOf = (work: Parameters<Transaction>[0]) => transaction(work).catch((error: unknown) => error);

test.each([
  ['a fault of the socket', Object.assign(new Error('write ECONNABORTED'), { code: 'ECONNABORTED' })],
  ['a fault of the protocol', new Error('Received unexpected commandComplete message from backend.')],
])('%s in place of the answer to COMMIT leaves open whether the transaction has committed', async (_what, fault) => {
  await loseAnswerToCommit(source, fault);
  const error = await failureOf((db) => db.query('select 1'));
  expect(error).toBeInstanceOf(CommitUnknown);
  expect((error as Error).message).toContain(fault.message);
  expect(isDatabaseUnavailable(error)).toBe(true);
});

test('a commit waits for the disk as its session says, unless it need not be durable', async () => {
  await source.query('set synchronous_commit to on');
  const shown = async (options?: TransactionOptions) => {
    const [row] = await transaction<{ synchronous_commit: string }[]>(
      (db) => db.query('show synchronous_commit'),
      options,
    );
    return row?.synchronous_commit;
  };
  expect([await shown(), await shown({ durable: true }), await shown({ durable: false }), await shown()]).toEqual([
    'on',
    'on',
    'off',
    'on',
  ]);
});

test('COMMIT that the server refuses has rolled back', async () => {
  const error = await failureOf(async (db) => {
    await db.query('create temporary table one (n integer unique deferrable initially deferred)');
    await db.query('insert into one values (1), (1)');
  });
  expect(error).toMatchObject({ code: '23505' });
  expect(isDatabaseUnavailable(error)).toBe(false);
});
