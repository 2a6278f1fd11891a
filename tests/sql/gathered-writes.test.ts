import type { Socket } from 'node:net';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { DELIVER } from '../../src/database/pools';
import { rowOf, statement } from '../../src/sql/db';
import { pipelinedTransactions, type Transaction } from '../../src/sql/transactions';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let source: DataSource;
let transaction: Transaction;
let writes: string[][];

beforeAll(async () => {
  database = await createTestDatabase();
  source = await createDataSource(database.servingUrl, { ...DELIVER, poolSize: 1 }).initialize();
  transaction = pipelinedTransactions(source);
  writes = [];
  const runner = source.createQueryRunner();
  const { connection } = (await runner.connect()) as { connection: { stream: Socket } };
  noteWrites(connection.stream);
  await runner.release();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});
beforeEach(() => {
  writes.length = 0;
});

/** Notes the texts of statements in each write. */
function noteWrites(stream: Socket): void {
  const textsIn = (bytes: Buffer) => [
    ...bytes.toString('latin1').matchAll(/begin|commit|rollback|as first|as second/g),
  ];
  const { _write, _writev } = stream;
  stream._write = function (chunk: Buffer, ...rest) {
    writes.push(textsIn(chunk).map(([text]) => text));
    return _write.call(this, chunk, ...rest);
  };
  stream._writev = function (chunks, ...rest) {
    writes.push(textsIn(Buffer.concat(chunks.map(({ chunk }) => chunk))).map(([text]) => text));
    return _writev?.call(this, chunks, ...rest);
  };
}

const FIRST = statement('select $1::integer as first');
const SECOND = statement('select $1::integer as second');
const FAILING = statement('select 1 / $1::integer as second');

test('BEGIN and the statements that need no answer of each other are sent in one write', async () => {
  const rows = await transaction((db) => Promise.all([rowOf(db, FIRST, [1]), rowOf(db, SECOND, [2])]));
  expect(rows).toEqual([{ first: 1 }, { second: 2 }]);
  expect(writes).toEqual([['begin', 'as first', 'as second'], ['commit']]);
});

test('a statement that waits for an answer is sent in a write of its own', async () => {
  await transaction(async (db) => {
    await rowOf(db, FIRST, [1]);
    await rowOf(db, FAILING, [2]);
  });
  // the first is prepared by now, so its text is not sent again
  expect(writes).toEqual([['begin'], ['as second'], ['commit']]);
});

test('a transaction whose statement fails is rolled back, and its connection serves the next one', async () => {
  const failed = transaction((db) => Promise.all([rowOf(db, FIRST, [1]), rowOf(db, FAILING, [0])]));
  await expect(failed).rejects.toThrow('division by zero');
  expect(writes).toEqual([['begin'], ['rollback']]);
  expect(await transaction((db) => rowOf(db, FIRST, [3]))).toEqual({ first: 3 });
});
