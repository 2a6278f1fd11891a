// Pools of connections while the database accepts no more of them.
import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver';
import { createDataSource } from '../../src/database/data-source';
import { useOf } from '../../src/sql/session-pool';
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

const pool = (name: string) =>
  createDataSource(database.servingUrl, { name, poolSize: 4, setting: 'TEST_CONNECTIONS' }).initialize();

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

/** How long the next callers wait for a connection of a pool. */
function limitWait(source: DataSource, ms: number): void {
  (source.driver as PostgresDriver).master.options.connectionTimeoutMillis = ms;
}

const isTimeout = (answer: unknown) => /timeout/.test(String(answer));

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
  // the database may refuse one more while a closed one ends, so that the pool closes its last one too
  await waitFor('the connections', async () => (await open('second')) === 3 && (await open('first')) <= 1);
  await release();
});

test('a caller that gets none within the time limit is told that the database accepts no more', async () => {
  await accept(3);
  const held = [await hold(first, 1), await hold(second, 2)];
  const ask = (ms: number) => {
    limitWait(first, ms);
    return first.query('select 1').catch((error: unknown) => error);
  };
  let answer = await ask(250);
  // a busy machine may take longer to refuse one
  for (let ms = 500; isTimeout(answer) && ms <= 16_000; ms *= 2) answer = await ask(ms);
  expect(answer).toMatchObject(REFUSED);
  for (const each of held) await each();
});

test('callers that are refused after they have waited in their pool wait no longer than others', async () => {
  const held = [await hold(first, 4), await hold(second, 4)];
  limitWait(first, 2_000);
  // another time, or Node may fire its timers before those of a shorter rest that were due earlier
  limitWait(second, 2_100);
  const ends: string[] = [];
  const ask = (source: DataSource, name: string) => source.query('select 1').catch(() => ends.push(name));
  // the pool asks for a connection for some of them only, in turns
  const early = Array.from({ length: 60 }, () => ask(first, 'early'));
  await wait(500);
  const late = ask(second, 'late');
  await accept(7);
  await database.query(`select pg_terminate_backend(pid) from (select pid from pg_stat_activity
    where datname = current_database() and application_name = 'hookledger first' limit 1) as one`);
  await Promise.all([...early, late]);
  expect(ends.slice(-3)).toEqual(['early', 'early', 'late']);
  for (const each of held) await each();
});

test('a pool says how many connections are in use, how many callers wait, and how many got none', async () => {
  const release = await hold(first, 4);
  limitWait(first, 50);
  const asked = first.query('select 1');
  expect(useOf(first)).toEqual({ inUse: 4, idle: 0, waiting: 1, refused: 0 });
  await expect(asked).rejects.toThrow('TEST_CONNECTIONS');
  expect(useOf(first)).toEqual({ inUse: 4, idle: 0, waiting: 0, refused: 1 });
  await release();
  expect(useOf(first)).toEqual({ inUse: 0, idle: 4, waiting: 0, refused: 1 });
});
