// How a filter through a link is resolved: by ids, or row by row.
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { READ } from '../../src/database/pools';
import {
  all,
  any,
  bindings,
  type Condition,
  compares,
  conjunctsOf,
  everything,
  not,
  toSql,
} from '../../src/sql/condition';
import {
  FROM_NEWEST,
  looksAt,
  MAX_LINKED,
  needsResolving,
  resolveCondition,
} from '../../src/sql/walks/resolve-condition';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase('template1');
  await database.query(`create table linked as select (lpad(to_hex(n), 12, '0') || '70008000000000000000')::uuid as id,
    case when n <= ${MAX_LINKED} then 'FEW' when n <= ${2 * MAX_LINKED + 1} then 'MANY' when n = 15000 then 'NEWEST' else 'OTHER' end as kind
    from generate_series(1, 15000) as n`);
  await database.query('alter table linked add primary key (id)');
  source = await createDataSource(database.superuserUrl, { ...READ, poolSize: 1 }).initialize();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

const linkTo = (condition: Condition): Condition => ({ kind: 'link', column: 'link', table: 'linked', condition });

async function resolved(condition: Condition) {
  const [link] = conjunctsOf(await resolveCondition(source.manager, all([linkTo(condition), everything]), FROM_NEWEST));
  return link;
}

const FIRST_ROWS = { kind: 'idBound', operator: '<', id: '00000000-0fa0-0000-0000-000000000000' } as const;

test('as many linked rows as are named', async () => {
  const link = await resolved(all([compares('kind', '=', 'FEW'), FIRST_ROWS]));
  expect(link).toMatchObject({ kind: 'idsLink', column: 'link' });
  expect(link?.kind === 'idsLink' && new Set(link.ids).size).toBe(MAX_LINKED);
});

test.each([
  ['one more', all([compares('kind', '=', 'MANY'), FIRST_ROWS])],
  ['rows among more than are looked at, so that there may be others', compares('kind', '=', 'NEWEST')],
])('of %s, the linked row of each row is tested', async (_what, condition) => {
  expect(await resolved(condition)).toMatchObject({ kind: 'joinLink', table: 'linked' });
});

test('a filter by no linked row is no test of each row', () => {
  const { bind, values } = bindings();
  expect(toSql({ kind: 'idsLink', column: 'link', ids: [] }, bind)).toBe('false');
  expect(values).toEqual([]);
});

test.each([
  ['a link', linkTo(everything), true],
  ['a link that must not hold', not(linkTo(everything)), true],
  ['a value', compares('kind', '=', 'x'), false],
])('before %s is written, something is read: %#', (_what, condition, isRead) => {
  expect(needsResolving(all([condition]))).toBe(isRead);
});

test.each([
  ['or', (part: Condition) => any([part, compares('kind', '=', 'x')])],
  ['not', not],
])('in %s, each linked row is looked up, and the linked table is not read for each', (_what, within) => {
  const link: Condition = { kind: 'joinLink', column: 'link', table: 'linked', condition: everything };
  expect(toSql(within(all([link])), bindings().bind)).toContain('exists (select from (values (link))');
});

test('rows that take long to test are fewer', () => {
  const slow: Condition = { ...compares('kind', '=', 'x'), isSlow: true };
  expect([looksAt(everything), looksAt(all([not(slow)])), looksAt(slow, 200)]).toEqual([10_000, 1_000, 20]);
});
