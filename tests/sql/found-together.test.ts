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
} from '../../src/sql/condition';
import { isFoundTogether, withFoundTogether } from '../../src/sql/resolving/found-together';
import { createTestDatabase, type TestDatabase } from '../support/database';

const LISTING = { table: 'found', indexed: ['id', 'name', 'color', 'size'], parts: ['color', 'size'] };

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
      n % 10 = 3 as failed
    from generate_series(1, 12000) as n`);
  await database.query('create table failures as select id, color from found where failed');
  for (const column of ['color', 'size']) await database.query(`create index on found (${column}, id)`);
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
const FAILED: Subset = {
  kind: 'subset',
  whole: sqlTest(() => 'failed'),
  counted: null,
  sources: [{ table: 'failures', within: everything, columns: ['color'], key: 'failed' }],
  rest: everything,
  isLarge: false,
};

function planned(conditions: readonly Condition[]): Promise<Condition> {
  return withFoundTogether(source.manager, all(conditions), LISTING);
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
  { what: 'none of the newest, but more than a thousand older ones', conditions: [color('green'), size('medium')] },
  { what: 'more of the smaller table have the value', conditions: [size('large'), FAILED] },
])('the condition stays as it is: $what', async ({ conditions }) => {
  const condition = all(conditions);
  expect(isFoundTogether(condition, LISTING)).toBe(true);
  expect(await withFoundTogether(source.manager, condition, LISTING)).toBe(condition);
});

test('rows of a value most of which are in a smaller table are read in their own order', async () => {
  const conditions = [size('failing'), FAILED];
  expect(await planned(conditions)).toEqual({ kind: 'and', parts: [conditions[0], FAILED.whole] });
});

test.each<{ what: string; conditions: Condition[] }>([
  { what: 'one value', conditions: [color('red'), sqlTest(() => 'failed')] },
  { what: 'a value that few rows have', conditions: [color('red'), size('large'), compares('name', '=', 'name-6004')] },
  { what: 'several values of one column', conditions: [color('red'), isAnyOf('size', 'text', ['large', 'tiny'])] },
  { what: 'a smaller table that has the column', conditions: [color('red'), FAILED] },
  { what: 'a smaller table that has most rows', conditions: [size('large'), { ...FAILED, hasMost: true }] },
  {
    what: 'a smaller table that is read only if nothing else limits the rows',
    conditions: [size('large'), { ...FAILED, isLarge: true }],
  },
])('nothing is read for $what', ({ conditions }) => {
  expect(isFoundTogether(all(conditions), LISTING)).toBe(false);
});
