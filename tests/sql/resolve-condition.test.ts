// How a filter through a link is resolved: by ids, row by row, or as a join.
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { READ } from '../../src/database/pools';
import { all, bindings, type Condition, compares, conjunctsOf, everything, toSql } from '../../src/sql/condition';
import { MAX_LINKED, needsResolving, resolveCondition } from '../../src/sql/resolving/resolve-condition';
import { createTestDatabase, type TestDatabase } from '../support/database';

/** Linked rows of each kind but FEW. */
const MANY = MAX_LINKED + 1;

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase('template1');
  const id = (n: string) => `(lpad(to_hex(${n}), 12, '0') || '70008000000000000000')::uuid`;
  await database.query(`create table linked (id uuid primary key, kind text)`);
  await database.query(`insert into linked select ${id('n')}, kind
    from unnest(array['FEW', 'OFTEN', 'LATELY RARE', 'RARE']) with ordinality as k (kind, place)
      cross join lateral generate_series(place * 10000, place * 10000 + case kind when 'FEW' then ${MAX_LINKED} else ${MANY} end - 1) as n`);
  // the newest 2,000 rows of 6,000: one in 400 is linked to a row of the kind OFTEN
  await database.query(`create table listed as select ${id('n')} as id,
    ${id(`case when n > 4000 and n % 400 = 0 then 20000 + n % 1000 when n <= 1000 then 30000 + n when n = 4500 then 40007 else 10000 end`)} as link,
    case when n <= 1000 then 'old' when n % 400 = 0 then 'linked' else 'other' end as shade
    from generate_series(1, 6000) as n`);
  // five of the newest 2,000 rows of 25,000 are linked, and no other, or one in 400 of all
  await database.query(`create table long_list as select ${id('n')} as id,
    case when n % 400 = 0 and n > 23000 then ${id(`20000 + n % 1000`)} end as lately,
    case when n % 400 = 0 then ${id(`20000 + n % 1000`)} end as always
    from generate_series(1, 25000) as n`);
  await database.query('create unique index on long_list (id)');
  source = await createDataSource(database.superuserUrl, { ...READ, poolSize: 1 }).initialize();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

test.each([
  ['as many linked rows as are read', 'FEW', 'linkedIds'],
  ['one more, to which five of the newest rows are linked', 'OFTEN', 'linkedWalk'],
  ['one more, to which only older rows are linked', 'LATELY RARE', 'linkedRow'],
  ['one more, to which one row is linked', 'RARE', 'linkedRow'],
])('%s', async (_title, kind, expected) => {
  const condition: Condition = {
    kind: 'link',
    column: 'link',
    table: 'linked',
    condition: compares('kind', '=', kind),
  };
  const resolved = await resolveCondition(source.manager, all([condition, everything]), { table: 'listed' });
  const [link] = conjunctsOf(resolved);
  expect(link?.kind).toBe(expected);
  if (link?.kind === 'linkedIds') expect(new Set(link.ids).size).toBe(MAX_LINKED);
});

test.each([
  ['lately', 'linkedRow'],
  ['always', 'linkedWalk'],
])('five of the newest rows of a long list are linked: %s', async (column, expected) => {
  const condition = compares('kind', '=', 'OFTEN');
  const link: Condition = { kind: 'link', column, table: 'linked', condition };
  const resolved = await resolveCondition(source.manager, all([link, everything]), { table: 'long_list' });
  expect(conjunctsOf(resolved)[0]?.kind).toBe(expected);
});

test.each([
  ['five of the newest rows are linked, and none of them meets it', 'OFTEN', 'other', [], 'linkedRow'],
  ['five of the newest rows are linked, and meet it', 'OFTEN', 'linked', [], 'linkedWalk'],
  [
    'the newest rows that it finds are linked, but not the newest of the list',
    'LATELY RARE',
    'old',
    ['shade'],
    'linkedWalk',
  ],
  ['no index finds it, and the newest rows are not linked', 'LATELY RARE', 'old', [], 'linkedRow'],
])('beside another filter: %s', async (_title, kind, shade, parts, expected) => {
  const link: Condition = { kind: 'link', column: 'link', table: 'linked', condition: compares('kind', '=', kind) };
  const condition = all([compares('shade', '=', shade), link]);
  const resolved = await resolveCondition(source.manager, condition, { table: 'listed', indexed: parts, parts });
  expect(conjunctsOf(resolved)[1]?.kind).toBe(expected);
});

test('a filter by no linked row is no test of each row', () => {
  const { bind, values } = bindings();
  expect(toSql({ kind: 'linkedIds', column: 'link', ids: [] }, bind)).toBe('false');
  expect(values).toEqual([]);
});

test.each([
  ['two values that an index finds, something is read', ['link', 'kind'], true],
  ['one of them, nothing is read', ['link'], false],
])('without a link: of %s', (_what, columns, isRead) => {
  const condition = all(columns.map((column) => compares(column, '=', 'x')));
  expect(needsResolving(condition, { table: 'listed', indexed: ['link', 'kind'], parts: ['link', 'kind'] })).toBe(
    isRead,
  );
});

test.each<['or' | 'not', (part: Condition) => Condition]>([
  ['or', (part) => ({ kind: 'or', parts: [part, compares('kind', '=', 'x')] })],
  ['not', (part) => ({ kind: 'not', part })],
])('in %s, each row is looked up, and the linked table is not read for each', (_what, within) => {
  for (const kind of ['linkedRow', 'linkedWalk'] as const) {
    const link: Condition = { kind, column: 'link', table: 'linked', condition: everything };
    for (const purpose of ['ROWS', 'COUNT'] as const) {
      expect(toSql(within(all([link])), bindings().bind, purpose)).toContain('exists (select from (values (link))');
    }
  }
});
