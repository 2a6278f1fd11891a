// Values that few rows have together, though many rows have each of them.
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { READ } from '../../src/database/pools';
import {
  all,
  type Condition,
  compares,
  conjunctsOf,
  everything,
  idTime,
  isAnyOf,
  type Subset,
  sqlTest,
  startsWith,
} from '../../src/sql/condition';
import { needsIntersection, withIntersection } from '../../src/sql/resolving/index-intersection';
import { createTestDatabase, type TestDatabase } from '../support/database';

const LISTING = { table: 'found', indexed: ['id', 'name', 'color', 'size', 'link'], parts: ['color', 'size', 'link'] };
const linkedId = (n: number) => `00000000-000${n}-7000-8000-000000000000`;
const [FIRST, SECOND, THIRD, FOURTH] = [linkedId(1), linkedId(2), linkedId(3), linkedId(4)] as const;

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase('template1');
  // one row a millisecond
  await database.query(`create table found as
    select (lpad(to_hex(n), 12, '0') || '70008000000000000000')::uuid as id, 'name-' || n as name,
      case when n <= 1100 or n between 2001 and 3100 then 'green' when n % 2 = 0 then 'red' else 'blue' end as color,
      case when n <= 1100 or n between 4001 and 5100 then 'medium' when n % 500 = 303 then 'failing'
        when n % 100 = 0 or n = 11203 then 'tiny' when n % 4 = 1 or n in (6004, 8004) then 'large' else 'small' end as size,
      case when n in (6004, 8004) then '${FIRST}' when n % 100 = 1 then '${FOURTH}' when n % 2 = 1 then '${SECOND}' else '${THIRD}' end::uuid as link,
      n % 10 = 3 as failed
    from generate_series(1, 12000) as n`);
  await database.query('create table failures as select id, color from found where failed');
  for (const column of ['color', 'size', 'link']) await database.query(`create index on found (${column}, id)`);
  await database.query('alter table found add primary key (id)');
  await database.query('alter table failures add primary key (id)');
  await database.query('grant select on found, failures to public');
  await database.query('analyze');
  source = await createDataSource(database.superuserUrl, { ...READ, poolSize: 1 }).initialize();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

const color = (value: string) => compares('color', '=', value);
const size = (value: string) => compares('size', '=', value);
const links = (...ids: string[]): Condition => ({ kind: 'linkedIds', column: 'link', ids });
const FAILED: Subset = {
  kind: 'subset',
  whole: sqlTest(() => 'failed'),
  counted: null,
  sources: [{ table: 'failures', within: everything, columns: ['color'], key: 'failed' }],
  rest: everything,
  isLarge: false,
};

function planned(conditions: readonly Condition[]): Promise<Condition> {
  return withIntersection(source.manager, all(conditions), LISTING);
}

const idsOf = (numbers: readonly number[]) =>
  numbers.map((n) => `00000000-${n.toString(16).padStart(4, '0')}-7000-8000-000000000000`);

test.each<{ what: string; conditions: Condition[]; numbers: number[] }>([
  { what: 'two values', conditions: [color('red'), size('large')], numbers: [6004, 8004] },
  {
    what: 'in a range of time',
    conditions: [color('red'), size('large'), idTime('>', new Date(7000))],
    numbers: [8004],
  },
  { what: 'a value and a smaller table', conditions: [size('tiny'), FAILED], numbers: [11203] },
  { what: 'none', conditions: [color('red'), size('failing')], numbers: [] },
  { what: 'a value and several links', conditions: [color('red'), links(FIRST, SECOND)], numbers: [6004, 8004] },
  {
    what: 'a value and several of another column',
    conditions: [color('red'), isAnyOf('size', 'text', ['large', 'failing'])],
    numbers: [6004, 8004],
  },
  {
    what: 'a value and a beginning',
    conditions: [color('red'), startsWith('name', 'name-600')],
    numbers: [6000, 6002, 6004, 6006, 6008],
  },
])('few rows are found by their ids: $what', async ({ conditions, numbers }) => {
  const [found, ...others] = conjunctsOf(await planned(conditions));
  expect(found).toMatchObject({ kind: 'linkedIds', column: 'id' });
  expect(found?.kind === 'linkedIds' && [...found.ids].sort()).toEqual(idsOf(numbers));
  expect(others).toEqual(conditions.filter(({ kind }) => kind === 'idBound'));
});

test('other tests stay', async () => {
  const other = sqlTest(() => 'failed');
  expect(await planned([color('red'), other, size('large')])).toMatchObject({ parts: [{ column: 'id' }, other] });
});

test.each<{ what: string; conditions: Condition[] }>([
  { what: 'many of the newest rows have both', conditions: [color('blue'), size('large')] },
  { what: 'more of the links have the value', conditions: [color('blue'), links(FIRST, FOURTH)] },
  { what: 'many of the newest rows have the beginning', conditions: [color('red'), startsWith('name', 'name-1')] },
  { what: 'none of the newest, but more than a thousand older ones', conditions: [color('green'), size('medium')] },
  { what: 'more of the smaller table have the value', conditions: [size('large'), FAILED] },
])('the condition stays as it is: $what', async ({ conditions }) => {
  const condition = all(conditions);
  expect(needsIntersection(condition, LISTING)).toBe(true);
  expect(await withIntersection(source.manager, condition, LISTING)).toEqual(condition);
});

test('links are not read one by one if more of the rows of a value have one of them', async () => {
  const tested = { kind: 'sql', column: 'link', names: 'SOME' };
  expect(await planned([links(SECOND, THIRD), size('failing')])).toMatchObject({ parts: [tested, { column: 'size' }] });
});

test('links are not read one by one beside a beginning that many of their rows have', async () => {
  const beginning = startsWith('name', 'name-1');
  const tested = { kind: 'sql', column: 'link', names: 'SOME' };
  expect(await planned([links(SECOND, THIRD), beginning])).toMatchObject({ parts: [tested, beginning] });
});

test('rows of a value most of which are in a smaller table are read in their own order', async () => {
  const conditions = [size('failing'), FAILED];
  expect(await planned(conditions)).toEqual({ kind: 'and', parts: [conditions[0], FAILED.whole] });
});

test.each<{ what: string; conditions: Condition[] }>([
  { what: 'one value', conditions: [color('red'), sqlTest(() => 'failed')] },
  { what: 'a value that few rows have', conditions: [color('red'), size('large'), compares('name', '=', 'name-6004')] },
  { what: 'no link, which no row has', conditions: [color('red'), links()] },
  {
    what: 'values and a beginning, of neither of which an index has the newest rows first',
    conditions: [isAnyOf('size', 'text', ['large', 'tiny']), startsWith('name', 'name-600')],
  },
  { what: 'a smaller table that has the column', conditions: [color('red'), FAILED] },
  { what: 'a smaller table that has most rows', conditions: [size('large'), { ...FAILED, hasMost: true }] },
  {
    what: 'a smaller table that is read only if nothing else limits the rows',
    conditions: [size('large'), { ...FAILED, isLarge: true }],
  },
])('nothing is read for $what', ({ conditions }) => {
  expect(needsIntersection(all(conditions), LISTING)).toBe(false);
});
