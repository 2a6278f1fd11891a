// The sizes of tables, by which scans are priced.
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { READ } from '../../src/database/pools';
import { readTableBlocks } from '../../src/sql/resolving/table-blocks';
import { createTestDatabase, type TestDatabase } from '../support/database';

const ALL = { from: null, to: null };

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase('template1');
  await database.query('create table plain as select n, n::text as name from generate_series(1, 5000) as n');
  await database.query('create table by_month (n integer) partition by range (n)');
  await database.query('create table by_month_2026_01 partition of by_month for values from (1) to (10001)');
  await database.query('create table by_month_2026_02 partition of by_month for values from (10001) to (20001)');
  await database.query('insert into by_month select n from generate_series(1, 10000) as n');
  source = await createDataSource(database.superuserUrl, { ...READ, poolSize: 1 }).initialize();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

async function blocksOf(table: string): Promise<number> {
  const [row] = await database.query<{ blocks: number }>(
    `select (pg_relation_size('${table}') / 8192)::integer as blocks`,
  );
  return row?.blocks as number;
}

function unexpected(error: unknown): never {
  throw error;
}

test('a table has its own blocks, and one by month those of its partitions', async () => {
  const blocks = await readTableBlocks(source.manager, ['plain', 'by_month'], unexpected);
  expect(await blocksOf('plain')).toBeGreaterThan(10);
  expect(blocks.of('plain', ALL)).toBe(await blocksOf('plain'));
  expect(blocks.of('plain', { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 2) })).toBe(await blocksOf('plain'));
  expect(blocks.of('by_month', ALL)).toBe(await blocksOf('by_month_2026_01'));
  expect(blocks.of('not_read', ALL)).toBe(0);
});

test.each([
  { what: 'from the middle on', from: Date.UTC(2026, 0, 16, 12), to: null, share: 0.5 },
  { what: 'up to a quarter', from: null, to: Date.UTC(2026, 0, 8, 18), share: 0.25 },
  { what: 'the next month', from: Date.UTC(2026, 1, 1), to: null, share: 0 },
  { what: 'an end before the beginning', from: Date.UTC(2026, 0, 20), to: Date.UTC(2026, 0, 10), share: 0 },
])('a range of time has its share of the blocks of a month: $what', async ({ from, to, share }) => {
  const blocks = await readTableBlocks(source.manager, ['by_month'], unexpected);
  expect(blocks.of('by_month', { from, to })).toBe(Math.round(share * (await blocksOf('by_month_2026_01'))));
});

test('sizes that cannot be read are taken for those of 300,000 requests', async () => {
  const failures: unknown[] = [];
  const db = {
    query: () => Promise.reject(new Error('no database')),
  };
  const blocks = await readTableBlocks(db as never, ['plain'], (error) => failures.push(error));
  expect(failures).toHaveLength(1);
  expect(blocks.of('plain', ALL)).toBe(30_000);
});
