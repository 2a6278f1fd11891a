// How far rows are counted that no index finds, and those that one finds.
import { Client } from 'pg';
import { countText } from '../../src/sql/access-path';
import {
  all,
  any,
  bindings,
  type Condition,
  compares,
  contains,
  everything,
  idTime,
  isAnyOf,
  not,
  sqlTest,
  startsWith,
} from '../../src/sql/condition';
import { createTestDatabase, type TestDatabase } from '../support/database';

const ROWS = 2_000;
const NEWEST = 500;
const LISTING = { table: 'counted', indexed: ['name'] };

let database: TestDatabase;
let sql: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = new Client({ connectionString: database.superuserUrl });
  await sql.connect();
  // one a millisecond; every tenth is odd, and the oldest one alone is old
  await sql.query(`create table counted as
    select first_id_at(to_timestamp(n / 1000.0)) as id, 'name-' || n % 4 as name, case n when 1 then 'old' else 'new' end as age,
      n % 10 = 0 as odd from generate_series(1, ${ROWS}) as n`);
  await sql.query('create table odd_ones as select id from counted where odd');
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

async function counted(condition: Condition, newest = NEWEST) {
  const { values, bind } = bindings();
  const text = countText(bind, { listing: LISTING, condition, parent: null }, newest);
  const { rows } = await sql.query(text, values);
  return { rows: Number(rows[0].rows), isExact: rows[0].is_exact };
}

const ODD = sqlTest(() => 'odd');
const OLD = compares('age', '=', 'old');
const NAMED = compares('name', '=', 'name-1');

test.each<{ what: string; condition: Condition; rows: number; isExact: boolean }>([
  { what: 'no filter', condition: everything, rows: ROWS, isExact: true },
  { what: 'a filter without an index', condition: ODD, rows: 50, isExact: false },
  { what: 'one that only an older row meets', condition: OLD, rows: 0, isExact: false },
  { what: 'one with an index', condition: NAMED, rows: 500, isExact: true },
  { what: 'the beginning of an indexed value', condition: startsWith('name', 'name-'), rows: ROWS, isExact: true },
  { what: 'a part of an indexed value', condition: contains('name', 'me-1'), rows: 125, isExact: false },
  { what: 'both', condition: all([OLD, NAMED]), rows: 1, isExact: true },
  { what: 'either', condition: any([OLD, NAMED]), rows: 125, isExact: false },
  {
    what: 'either, both with an index',
    condition: any([NAMED, compares('name', '=', 'name-2')]),
    rows: 1_000,
    isExact: true,
  },
  { what: 'not', condition: not(NAMED), rows: 375, isExact: false },
  { what: 'a time with as many rows', condition: all([ODD, idTime('<=', new Date(500))]), rows: 50, isExact: true },
  { what: 'a time with more rows', condition: all([ODD, idTime('<=', new Date(501))]), rows: 50, isExact: false },
  { what: 'a time alone', condition: idTime('<=', new Date(1_501)), rows: 1_501, isExact: true },
])('$what', async ({ condition, rows, isExact }) => {
  expect(await counted(condition)).toEqual({ rows, isExact });
});

const SECOND = compares('name', '=', 'name-2');
const OF_ODD_ONES: Condition = {
  kind: 'subset',
  whole: ODD,
  counted: null,
  sources: [{ table: 'odd_ones', within: everything, columns: ['id'], key: 'odd' }],
  rest: everything,
  isLarge: false,
};
const OF_MOST: Condition = { ...OF_ODD_ONES, whole: compares('age', '=', 'new'), counted: NAMED, isLarge: true };

test.each<{ what: string; condition: Condition; newest: number; rows: number; isExact: boolean }>([
  { what: 'that an index finds', condition: all([ODD, SECOND]), newest: 500, rows: 100, isExact: true },
  {
    what: 'that an index finds, if there are more',
    condition: all([ODD, SECOND]),
    newest: 400,
    rows: 80,
    isExact: false,
  },
  {
    what: 'that an index finds by their beginning',
    condition: all([ODD, startsWith('name', 'name-')]),
    newest: ROWS,
    rows: 200,
    isExact: true,
  },
  {
    what: 'that an index finds by several values',
    condition: all([ODD, isAnyOf('name', 'text', ['name-0', 'name-2'])]),
    newest: 1_000,
    rows: 200,
    isExact: true,
  },
  { what: 'of a smaller table', condition: all([OF_ODD_ONES, SECOND]), newest: 200, rows: 100, isExact: true },
  {
    what: 'of a smaller table, if there are more',
    condition: all([OF_ODD_ONES, SECOND]),
    newest: 150,
    rows: 75,
    isExact: false,
  },
  {
    what: 'that are tested for what most rows meet',
    condition: all([ODD, OF_MOST]),
    newest: 500,
    rows: 50,
    isExact: false,
  },
])('a filter without an index is tested on rows $what', async ({ condition, newest, rows, isExact }) => {
  expect(await counted(condition, newest)).toEqual({ rows, isExact });
});

test('of several values that an index finds, no more are read either', async () => {
  const beginning = await counted(all([ODD, startsWith('name', 'name-')]), 400);
  expect(beginning.isExact).toBe(false);
  expect(beginning.rows).toBeLessThanOrEqual(200);
});

test('a table that is no longer than what is read is counted whole', async () => {
  expect(await counted(ODD, ROWS)).toEqual({ rows: 200, isExact: true });
  expect(await counted(ODD, ROWS - 1)).toEqual({ rows: 200, isExact: false });
});

test('below a row, its newest rows are read', async () => {
  const { values, bind } = bindings();
  const parent = { column: 'name', sql: 'parent.name' };
  const text = countText(bind, { listing: LISTING, condition: ODD, parent }, NEWEST - 1);
  const { rows } = await sql.query(
    `select parent.name, child.* from (values ('name-0'), ('name-1'), ('none')) as parent (name) cross join lateral (${text}) as child`,
    values,
  );
  expect(rows.map(({ name, rows: found, is_exact }) => [name, Number(found), is_exact])).toEqual([
    ['name-0', 100, false],
    ['name-1', 0, false],
    ['none', 0, true],
  ]);
});

test('of rows whose bodies are tested, a thousand are counted', async () => {
  const body = sqlTest(() => 'true', { parsesBody: true });
  expect(await counted(body, ROWS)).toEqual({ rows: 1_000, isExact: false });
  expect(await counted(all([NAMED, not(body)]), ROWS)).toEqual({ rows: 0, isExact: true });
});

test('limits of ids also limit the rows of a table that has the same ids', () => {
  const { bind, values } = bindings();
  const word: Condition = { kind: 'linkedRow', column: 'id', table: 'odd_ones', condition: everything };
  const condition = all([idTime('<', new Date(100)), { ...OF_MOST, counted: all([word]) }]);
  const text = countText(bind, { listing: LISTING, condition, parent: null });
  const [, found] = /in \(select id from odd_ones where (.*?)\)\)/.exec(text) ?? [];
  expect(found).toContain(`id < $${values.length}::uuid`);
});
