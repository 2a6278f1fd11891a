import type { Socket } from 'node:net';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { DELIVER } from '../../src/database/pools';
import { CommitUnknown, isDatabaseUnavailable } from '../../src/sql/database-errors';
import { changedBy, rowOf, rowsOf, statement } from '../../src/sql/db';
import { afterSending } from '../../src/sql/session';
import { commitWithThese, pipelinedTransactions, type Transaction } from '../../src/sql/transactions';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let source: DataSource;
let transaction: Transaction;
let writes: string[][];

beforeEach(async () => {
  database ??= await createTestDatabase();
  // of each test: its session has prepared nothing
  source = await createDataSource(database.servingUrl, { ...DELIVER, poolSize: 1 }).initialize();
  transaction = pipelinedTransactions(source);
  writes = [];
  const runner = source.createQueryRunner();
  const { connection } = (await runner.connect()) as { connection: { stream: Socket } };
  noteWrites(connection.stream);
  await runner.release();
});
afterEach(() => source.destroy());
afterAll(() => database.drop());

const FIRST = statement('select $1::integer as first');
const SECOND = statement('select $1::integer as second');
const FAILING = statement('select 1 / $1::integer as quotient');
const STATEMENTS = { begin: statement('begin'), commit: statement('commit'), FIRST, SECOND, FAILING };

/** Notes the statements in each write, and each Sync message: the server sends its answers at a Sync. */
function noteWrites(stream: Socket): void {
  const label = new Map(Object.entries(STATEMENTS).map(([name, each]) => [each.name, name]));
  const what = new RegExp([...label.keys(), 'rollback', 'S\0\0\0\u0004'].join('|'), 'g');
  const seen = (bytes: Buffer) => {
    const found = [...bytes.toString('latin1').matchAll(what)].map(
      ([text]) => label.get(text) ?? (text[0] === 'S' ? 'Sync' : text),
    );
    // a statement that is prepared is named twice
    writes.push(found.filter((each, index) => each !== found[index - 1]));
  };
  const { _write, _writev } = stream;
  stream._write = function (chunk: Buffer, ...rest) {
    seen(chunk);
    return _write.call(this, chunk, ...rest);
  };
  stream._writev = function (chunks, ...rest) {
    seen(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    return _writev?.call(this, chunks, ...rest);
  };
}

const both = () => transaction((db) => Promise.all([rowOf(db, FIRST, [1]), rowOf(db, SECOND, [2])]));

test('BEGIN and the statements that need no answer of each other are sent in one write', async () => {
  expect(await both()).toEqual([{ first: 1 }, { second: 2 }]);
  expect(writes).toEqual([
    ['begin', 'Sync', 'FIRST', 'Sync', 'SECOND', 'Sync'],
    ['commit', 'Sync'],
  ]);
});

test('what is done after sending is done before the answers', async () => {
  await both();
  writes.length = 0;
  let answered = false;
  await transaction(async (db) => {
    const answer = rowOf(db, FIRST, [1]).then(() => {
      answered = true;
    });
    await afterSending();
    expect([writes, answered]).toEqual([[['begin', 'FIRST', 'Sync']], false]);
    await answer;
  });
  expect(answered).toBe(true);
});

test('statements of one write that the session has prepared are answered together', async () => {
  await both();
  writes.length = 0;
  expect(await both()).toEqual([{ first: 1 }, { second: 2 }]);
  expect(writes).toEqual([
    ['begin', 'FIRST', 'SECOND', 'Sync'],
    ['commit', 'Sync'],
  ]);
});

test('a statement that waits for an answer is sent in a write of its own', async () => {
  await both();
  writes.length = 0;
  await transaction(async (db) => {
    await rowOf(db, FIRST, [1]);
    await rowOf(db, SECOND, [2]);
  });
  expect(writes).toEqual([
    ['begin', 'FIRST', 'Sync'],
    ['SECOND', 'Sync'],
    ['commit', 'Sync'],
  ]);
});

test.each(['not prepared', 'prepared'])(
  'a transaction whose statement fails, %s, is rolled back, and its connection serves the next one',
  async (which) => {
    if (which === 'prepared') await transaction((db) => Promise.all([rowOf(db, FIRST, [1]), rowOf(db, FAILING, [1])]));
    writes.length = 0;
    const failed = transaction((db) => Promise.all([rowOf(db, FIRST, [1]), rowOf(db, FAILING, [0])]));
    await expect(failed).rejects.toThrow('division by zero');
    expect(writes.map((each) => each.filter((name) => name !== 'Sync'))).toEqual([
      ['begin', 'FIRST', 'FAILING'],
      ['rollback'],
    ]);
    expect(await transaction((db) => rowOf(db, FIRST, [3]))).toEqual({ first: 3 });
  },
);

test('of prepared statements that are sent together, those before a failed one are answered, and those after it have its error', async () => {
  const run = (divisor: number) =>
    transaction((db) =>
      Promise.allSettled([rowOf(db, FIRST, [1]), rowOf(db, FAILING, [divisor]), rowOf(db, SECOND, [2])]),
    ).catch((error: Error) => error.message);
  await run(1);
  expect(await run(1)).toEqual([
    { status: 'fulfilled', value: { first: 1 } },
    { status: 'fulfilled', value: { quotient: 1 } },
    { status: 'fulfilled', value: { second: 2 } },
  ]);
  let outcomes: PromiseSettledResult<unknown>[] = [];
  const failed = transaction(async (db) => {
    outcomes = await Promise.allSettled([rowOf(db, FIRST, [1]), rowOf(db, FAILING, [0]), rowOf(db, SECOND, [2])]);
  });
  await expect(failed).rejects.toThrow('rolled back');
  expect(outcomes.map((each) => (each.status === 'fulfilled' ? each.value : each.reason.code))).toEqual([
    { first: 1 },
    '22012',
    '22012',
  ]);
});

const EVERY_TYPE = statement(
  `select $1::text as text, $2::integer as number, $3::timestamptz as time, $4::bytea as bytes, $5::text[] as list,
     $6::boolean as flag, $7::jsonb as json, null::text as nothing from generate_series(1, 2)`,
);
const MAKE = statement('create temporary table if not exists numbers (n integer)');
const FILL = statement('insert into numbers select generate_series(1, $1::integer)');
const EMPTY = statement('delete from numbers');
const COUNT = statement('select count(*)::integer as n from numbers');

test('values and answers are the same for a statement that the session has prepared', async () => {
  const values = ['Ä\'"\\', -7, new Date(0), Buffer.from([0, 255]), ['a"b', '', null], true, JSON.stringify({ a: 1 })];
  const row = { text: 'Ä\'"\\', number: -7, time: new Date(0), bytes: Buffer.from([0, 255]), list: ['a"b', '', null] };
  const whole = { ...row, flag: true, json: { a: 1 }, nothing: null };
  for (let run = 0; run < 3; run += 1) {
    expect(await transaction((db) => rowsOf(db, EVERY_TYPE, values))).toEqual([whole, whole]);
    const counts = await transaction((db) =>
      Promise.all([changedBy(db, MAKE), changedBy(db, FILL, [3]), changedBy(db, EMPTY), changedBy(db, EMPTY)]),
    );
    expect(counts).toEqual([0, 3, 3, 0]);
  }
});

test('a statement without a name runs in its place between prepared ones', async () => {
  await transaction((db) => Promise.all([changedBy(db, MAKE), changedBy(db, EMPTY), changedBy(db, FILL, [1])]));
  const found = await transaction((db) =>
    Promise.all([
      changedBy(db, FILL, [3]),
      rowOf(db, 'select count(*)::integer as n from numbers'),
      changedBy(db, EMPTY),
    ]),
  );
  expect(found).toEqual([3, { n: 4 }, 4]);
});

test('COMMIT is sent with the last statements, and is answered with them', async () => {
  const run = () =>
    transaction(async (db) => {
      await rowOf(db, FIRST, [1]);
      const last = rowOf(db, SECOND, [2]);
      commitWithThese(db);
      return last;
    });
  await run();
  writes.length = 0;
  expect(await run()).toEqual({ second: 2 });
  expect(writes).toEqual([
    ['begin', 'FIRST', 'Sync'],
    ['SECOND', 'commit', 'Sync'],
  ]);
});

test.each(['not prepared', 'prepared'])(
  'a last statement, %s, that fails rolls back what COMMIT was sent with',
  async (which) => {
    await transaction((db) => changedBy(db, MAKE));
    const fill = (divisor: number) =>
      transaction(async (db) => {
        const last = Promise.all([changedBy(db, FILL, [2]), rowOf(db, FAILING, [divisor])]);
        commitWithThese(db);
        await last;
      });
    if (which === 'prepared') await fill(1);
    const before = await transaction((db) => rowOf(db, COUNT));
    const error = await fill(0).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: '22012' });
    expect(isDatabaseUnavailable(error)).toBe(false);
    expect(await transaction((db) => rowOf(db, COUNT))).toEqual(before);
  },
);

test('when the connection is lost after COMMIT was sent with the last statement, the transaction may have committed', async () => {
  const lost = transaction(async (db) => {
    const last = rowOf(db, 'select pg_terminate_backend(pg_backend_pid()), pg_sleep(5)');
    commitWithThese(db);
    await last;
  });
  expect(isDatabaseUnavailable(await lost.catch((fault: unknown) => fault))).toBe(true);
  const faulty = transaction(async (db) => {
    commitWithThese(db);
    throw new Error('a fault after COMMIT');
  });
  await expect(faulty).rejects.toBeInstanceOf(CommitUnknown);
});
