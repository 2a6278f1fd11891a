// How rows are found for a search: read from the newest on where a page is soon full, else through the index on words.
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/database/data-source';
import { READ } from '../../../src/database/pools';
import { foundInIndex } from '../../../src/request-log/search/index-access-path.store';
import { resolvePlans } from '../../../src/sql/resolving/resolve-condition';
import { createTestDatabase, type TestDatabase } from '../../support/database';

const ROWS = 25_000;

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  source = await createDataSource(database.superuserUrl, { ...READ, poolSize: 1 }).initialize();
  // n counts from the newest row on
  await source.query(
    `insert into request_index (id, outcome, took_ms, words)
     select (lpad(to_hex($1::bigint - n), 12, '0') || '70008000000000000000')::uuid, 'SUCCEEDED', 1,
       array_to_tsvector(array(select word from (values ('mall', true), ('mretried', n <= 6), ('mburst', n <= 60), ('msome', n % 50 = 0),
         ('mcustomer', n <= 6 or n between 20500 and 20505), ('meven', n % 2 = 0), ('modd', n % 2 = 1 or n = 10)) as has (word, is_there)
         where is_there))
     from generate_series(1, $2::int) as n`,
    [Date.now(), ROWS],
  );
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

async function isReadFromNewest(...terms: string[]): Promise<boolean> {
  const planned = await resolvePlans(source.manager, foundInIndex({ terms }));
  return planned.kind === 'subset' && planned.isLarge;
}

test.each([
  ['a word of some rows everywhere', ['msome'], true],
  ['a word of few rows, of which some are among the newest and some among older ones', ['mcustomer'], false],
  ['words that many rows have, and one has together', ['meven', 'modd'], false],
  ['a word of every row', ['mall'], true],
  ['a word of the attempts of one new document', ['mretried'], false],
  ['the same with a word of every row', ['mall', 'mretried'], false],
  ['a word that many of the newest rows have, and no older ones', ['mburst'], false],
  ['the same with a word of every row', ['mall', 'mburst'], false],
  ['a word of no row', ['mnone'], false],
])('%s', async (_what, terms, expected) => {
  expect(await isReadFromNewest(...terms)).toBe(expected);
});

test('where few rows are older, the log is read from the newest on', async () => {
  await source.query(
    'delete from request_index where id < (select id from request_index order by id desc offset 21000 limit 1)',
  );
  expect(await isReadFromNewest('mretried')).toBe(true);
});
