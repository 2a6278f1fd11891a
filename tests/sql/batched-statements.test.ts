import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { batched } from '../../src/sql/batched-statements';
import { type Db, rowOf, statement } from '../../src/sql/db';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  const options = { name: 'batched statements test', poolSize: 4, pipeline: true };
  source = await createDataSource(database.servingUrl, options).initialize();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

const PID = statement('select pg_backend_pid() as pid');
const DIVIDED = statement('select 10 / $1::int as n');
const pidOf = async (db: Db) => (await rowOf<{ pid: number }>(db, PID))?.pid;

test('statements of one turn share a connection, also when they are prepared', async () => {
  for (const _ of ['first', 'prepared']) {
    const pids = await Promise.all([1, 2, 3].map(() => pidOf(batched(source.manager))));
    expect(new Set(pids).size).toBe(1);
  }
  // each of the pool has its own otherwise
  const pids = await Promise.all([1, 2, 3].map(() => pidOf(source.manager)));
  expect(new Set(pids).size).toBe(3);
});

test('one that fails leaves the others as they are', async () => {
  const db = batched(source.manager);
  const divide = (by: number) => rowOf<{ n: number }>(db, DIVIDED, [by]);
  for (const prepare of [false, true]) {
    if (prepare) expect(await divide(5)).toEqual({ n: 2 });
    const answers = await Promise.allSettled([5, 0, 2, 0, 1].map(divide));
    expect(
      answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : (answer.reason as Error).message)),
    ).toEqual([{ n: 2 }, 'division by zero', { n: 5 }, 'division by zero', { n: 10 }]);
  }
});

test('statements fail when there is no connection', async () => {
  const gone = createDataSource(database.servingUrl, { name: 'gone', poolSize: 1, pipeline: true });
  await gone.initialize();
  const db = batched(gone.manager);
  await gone.destroy();
  const answers = await Promise.allSettled([pidOf(db), pidOf(db)]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('a transaction is its own', async () => {
  await source.transaction(async (db) => expect(batched(db)).toBe(db));
});
