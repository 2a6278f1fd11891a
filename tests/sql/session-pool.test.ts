// Pools of connections while the database accepts no more of them.
import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { waitFor } from '../support/wait-for';

const REFUSED = { code: '53300' };

let database: TestDatabase;
let first: DataSource;
let second: DataSource;

beforeEach(async () => {
  database = await createTestDatabase();
  [first, second] = await Promise.all([pool('first'), pool('second')]);
});
afterEach(async () => {
  await Promise.all([first, second].map((source) => source.destroy()));
  await database.drop();
});

const pool = (name: string, connectTimeoutMs?: number) =>
  createDataSource(database.servingUrl, {
    name,
    poolSize: 4,
    setting: 'TEST_CONNECTIONS',
    connectTimeoutMs,
  }).initialize();

async function open(name: string): Promise<number> {
  const [row] = await database.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = $1`,
    [`hookledger ${name}`],
  );
  return row?.n ?? 0;
}

/** So many connections beside that of `database`. */
const accept = (connections: number) =>
  database.query(`alter database ${database.name} connection limit ${connections + 1}`);

/** Takes connections out of a pool. @returns gives them back */
async function hold(source: DataSource, connections: number): Promise<() => Promise<void>> {
  const runners = Array.from({ length: connections }, () => source.createQueryRunner());
  await Promise.all(runners.map((runner) => runner.connect()));
  return async () => void (await Promise.all(runners.map((runner) => runner.release())));
}

test('a caller whose connection is refused gets the one that another of the pool gives back', async () => {
  const release = await hold(first, 2);
  await accept(3);
  await hold(second, 1);
  let answered = false;
  const asked = first.query('select 1 as one').then((rows) => {
    answered = true;
    return rows;
  });
  await wait(50);
  expect(answered).toBe(false);
  await release();
  await expect(asked).resolves.toEqual([{ one: 1 }]);
  expect(await open('first')).toBe(2);
});

test('all that wait get a new connection when the database accepts more of them', async () => {
  const release = await hold(first, 1);
  await accept(2);
  const others = await hold(second, 1);
  const held = [hold(first, 1), hold(first, 1), hold(first, 1)];
  await wait(50);
  expect(await open('first')).toBe(1);
  await database.query(`alter database ${database.name} connection limit -1`);
  const releases = await Promise.all(held);
  expect(await open('first')).toBe(4);
  for (const each of [release, others, ...releases]) await each();
});

test('a pool closes a connection that it does not use while another one is refused', async () => {
  await (await hold(first, 3))();
  await accept(4);
  const release = await hold(second, 3);
  await waitFor('the connections', async () => (await open('second')) === 3 && (await open('first')) === 1);
  await release();
});

test('a caller that gets none within the time limit is told that the database accepts no more', async () => {
  const impatient = await pool('impatient', 200);
  await accept(3);
  const release = await hold(impatient, 1);
  const others = await hold(first, 1);
  const more = await hold(second, 1);
  await expect(impatient.query('select 1')).rejects.toMatchObject(REFUSED);
  for (const each of [release, others, more]) await each();
  await impatient.destroy();
});
