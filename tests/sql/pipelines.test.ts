import { statement } from '../../src/sql/db';
import { createPipelines, type Pipelines } from '../../src/sql/pipelines';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { waitFor } from '../support/wait-for';

let database: TestDatabase;
let pipelines: Pipelines;

beforeAll(async () => {
  database = await createTestDatabase();
  pipelines = createPipelines(database.servingUrl, { connections: 4, settings: { jit: 'off' } });
});
afterAll(async () => {
  await pipelines.stop();
  await database.drop();
});

const DOUBLED = statement('select $1::integer * 2 as doubled');
const DIVIDED = statement('select 10 / $1::integer as divided');
const SLEPT = statement('select $1::integer as slept from pg_sleep($2::float8)');

/** Known to be quick, and a connection is there. */
async function taught(...statements: (typeof DOUBLED)[]): Promise<void> {
  for (const each of statements) for (let run = 0; run < 2; run += 1) pipelines.learn(each, 1);
  await waitFor('a connection', async () => (await pipelines.row(DOUBLED, [1])) !== null);
}

test('a statement that is not known to be fast is not pipelined', () => {
  expect(pipelines.row(statement('select 1 as one'), [])).toBeNull();
  pipelines.learn(statement('select 1 as one'), 1);
  pipelines.learn(statement('select 1 as one'), 900);
  pipelines.learn(statement('select 1 as one'), 1);
  expect(pipelines.row(statement('select 1 as one'), [])).toBeNull();
});

test('many at once are each answered with their own row, also beside one that fails', async () => {
  await taught(DOUBLED, DIVIDED);
  const asked = Array.from({ length: 20 }, (_, n) => pipelines.row<{ doubled: number }>(DOUBLED, [n]));
  const failing = pipelines.row(DIVIDED, [0])?.catch((error: Error) => error.message);
  const more = Array.from({ length: 8 }, (_, n) => pipelines.row<{ doubled: number }>(DOUBLED, [100 + n]));
  const rows = await Promise.all([...asked, ...more]);
  expect(rows.map((row) => row?.doubled)).toEqual([...asked.map((_, n) => 2 * n), ...more.map((_, n) => 200 + 2 * n)]);
  expect(await failing).toBe('division by zero');
  // who failed here is left to others for a while
  expect(pipelines.row(DIVIDED, [5])).toBeNull();
});

test('statements that are sent together with one that fails are answered, also those behind it', async () => {
  const one = createPipelines(database.servingUrl, { connections: 1, settings: { jit: 'off' } });
  for (const each of [DOUBLED, DIVIDED]) for (let run = 0; run < 2; run += 1) one.learn(each, 1);
  // prepared in the only session: those that are not are sent each for itself
  for (const each of [DOUBLED, DIVIDED]) await waitFor('an answer', async () => (await one.row(each, [1])) !== null);
  const asked = [
    one.row(DOUBLED, [4]),
    one.row(DIVIDED, [0])?.catch((error: Error) => error.message),
    one.row(DOUBLED, [5]),
    one.row(DIVIDED, [5]),
  ];
  expect(await Promise.all(asked)).toEqual([{ doubled: 8 }, 'division by zero', { doubled: 10 }, { divided: 2 }]);
  await one.stop();
});

test('one that is slow after all is stopped, those behind it are answered, and it does not come back', async () => {
  await taught(DOUBLED, SLEPT);
  const slow = pipelines.row(SLEPT, [1, 600])?.catch((error: { code: string }) => error.code);
  const behind = Array.from({ length: 20 }, (_, n) => pipelines.row<{ doubled: number }>(DOUBLED, [n]));
  expect(await slow).toBe('57014');
  expect((await Promise.all(behind)).map((row) => row?.doubled)).toEqual(behind.map((_, n) => 2 * n));
  expect(pipelines.row(SLEPT, [1, 0])).toBeNull();
});

test('after its connections were lost it makes others, and meanwhile takes nothing', async () => {
  await taught(DOUBLED);
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'hookledger read' and datname = current_database()`,
  );
  const row = await waitFor('another connection', async () =>
    pipelines.row<{ doubled: number }>(DOUBLED, [21])?.catch(() => null),
  );
  expect(row).toEqual({ doubled: 42 });
});
