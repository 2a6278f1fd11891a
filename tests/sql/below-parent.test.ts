// Pages below rows in the order of a joined table: PostgreSQL does not know how many rows each parent has. And pages of many links.
import { Client } from 'pg';
import { REPLAYS } from '../../src/replay/replay.store';
import { pageSource } from '../../src/sql/access-path';
import { all, bindings, type Condition, compares, everything } from '../../src/sql/condition';
import { APPROVALS } from '../../src/users/approvals/approval.store';
import { createTestDatabase, type TestDatabase } from '../support/database';

const ROWS = 20_000;
/** Of 20,000 rows, one parent has most, one has few, and one has none. */
const [MOST, FEW, NONE] = [1, 2, 3].map((n) => `00000000-000${n}-7000-8000-000000000000`) as [string, string, string];
const LISTING = {
  table: 'ordered_rows join found_rows using (id)',
  indexed: ['id', 'parent_id', 'name'],
  parts: ['parent_id'],
  joined: { rows: 'found_rows', ordered: 'ordered_rows', values: { took: 'hashtext(name) & 1023' } },
};

let database: TestDatabase;
let sql: Client;

beforeAll(async () => {
  database = await createTestDatabase('template1');
  sql = new Client({ connectionString: database.superuserUrl });
  await sql.connect();
  await sql.query(`create table found_rows as select (lpad(to_hex(n), 12, '0') || '70008000000000000000')::uuid as id,
    case when n % 400 = 7 then '${FEW}' else '${MOST}' end::uuid as parent_id, 'row-' || n as name, n % 3 = 0 as third
    from generate_series(1, ${ROWS}) as n`);
  await sql.query('create table ordered_rows as select id, (hashtext(name) & 1023) as took from found_rows');
  await sql.query('alter table found_rows add primary key (id)');
  await sql.query('alter table ordered_rows add primary key (id)');
  await sql.query('create index on found_rows (parent_id, id)');
  await sql.query('create index on found_rows (name, id)');
  await sql.query('create index on ordered_rows (took, id)');
  await sql.query('vacuum analyze');
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

interface Asked {
  parent: string;
  descending: boolean;
  condition?: Condition;
  cursor?: { id: string; value: string } | null;
}

function pageText({ parent, descending, condition = everything, cursor = null }: Asked) {
  const { values, bind } = bindings();
  const order = { column: { sql: 'took', property: 'took', type: 'integer' }, descending } as const;
  const request = { order, size: 25, backward: false, cursor };
  const of = { column: 'parent_id', sql: 'parent.parent_id' };
  const page = pageSource(bind, LISTING, 'id, took, name', condition, request, 25, of);
  const text = `select child.id, child.took, child.name from unnest(array[${bind(parent)}]::uuid[]) as parent (parent_id) cross join lateral (${page}) as child`;
  return { text, values };
}

const THIRD = compares('third', '=', true);

test.each(
  [MOST, FEW, NONE].flatMap((parent, index) =>
    [true, false].flatMap((descending) =>
      [undefined, THIRD].map((condition) => ({ parent, descending, condition, what: ['most', 'few', 'none'][index] })),
    ),
  ),
)('the parent with $what of the rows, descending: $descending', async (asked) => {
  const direction = asked.descending ? 'desc' : 'asc';
  const { rows: expected } = await sql.query(
    `select id from found_rows join ordered_rows using (id) where parent_id = $1 and (third or $2)
     order by took + 0 ${direction}, id ${direction} limit 60`,
    [asked.parent, asked.condition === undefined],
  );
  const found: string[] = [];
  let cursor: Asked['cursor'] = null;
  do {
    const { text, values } = pageText({ ...asked, cursor });
    const { rows } = await sql.query(text, values);
    found.push(...rows.map(({ id }) => id));
    const last = rows.at(-1);
    cursor = last ? { id: last.id, value: String(last.took) } : null;
  } while (cursor && found.length < 60);
  expect(found.slice(0, 60)).toEqual(expected.map(({ id }) => id));
});

test.each([
  ['most', MOST, everything],
  ['few', FEW, everything],
  ['none', NONE, everything],
  ['one, by its name,', MOST, compares('name', '=', 'row-777')],
])('a page of the parent with %s of the rows reads few blocks', async (_what, parent, condition) => {
  const { text, values } = pageText({ parent, descending: true, condition });
  const { rows } = await sql.query(`explain (analyze, buffers, format json) ${text}`, values);
  const { Plan: plan } = rows[0]['QUERY PLAN'][0];
  expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(1_000);
});

test('beside a value that few rows have, rows are not looked for link by link', async () => {
  const { values, bind } = bindings();
  const ids = Array.from({ length: 200 }, (_, n) => `00000000-${String(n).padStart(4, '0')}-7000-8000-000000000000`);
  const links: Condition = { kind: 'linkedIds', column: 'parent_id', ids };
  const request = { order: { column: null, descending: true }, size: 25, backward: false, cursor: null };
  const listing = { ...LISTING, table: 'found_rows' };
  const text = pageSource(bind, listing, 'id', all([links, compares('name', '=', 'row-777')]), request, 25);
  const { rows } = await sql.query(`explain (analyze, buffers, format json) ${text}`, values);
  const { Plan: plan } = rows[0]['QUERY PLAN'][0];
  expect(plan['Actual Rows']).toBe(1);
  expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(50);
});

test.each([
  ['replays', REPLAYS, 'ordered_by'],
  ['approvals', APPROVALS, 'requested_by'],
])('of %s by several users, no page is read for each user: no index has those of one', (_what, listing, column) => {
  const { bind } = bindings();
  const request = { order: { column: null, descending: true }, size: 25, backward: false, cursor: null };
  const condition: Condition = { kind: 'linkedIds', column, ids: [MOST, FEW, NONE] };
  expect(pageSource(bind, listing, 'id', condition, request, 25)).not.toContain('unnest');
});

const newest = { order: { column: null, descending: true }, size: 25, backward: false, cursor: null };
const OF_LINKS = { table: 'found_rows', indexed: ['id', 'parent_id'] };

test.each([
  ['of up to 19', 19, THIRD, true],
  ['of more beside a test without an index', 20, THIRD, false],
  ['of more alone', 20, everything, true],
])('a page for each link is read %s', (_what, number, test, isPerLink) => {
  const condition = all([{ kind: 'linkedIds', column: 'parent_id', ids: Array<string>(number).fill(MOST) }, test]);
  expect(pageSource(bindings().bind, OF_LINKS, 'id', condition, newest, 25).includes('unnest')).toBe(isPerLink);
});

test('in another order, a smaller table that has it is read, and the links of its rows are looked up', () => {
  const subset: Condition = {
    kind: 'subset',
    whole: everything,
    counted: null,
    sources: [{ table: 'ordered_rows', within: everything, columns: ['id', 'took'], key: 'all' }],
    rest: everything,
    isLarge: false,
    orderedBy: 'took',
    yieldsTo: ['parent_id'],
  };
  const order = { column: { sql: 'took', property: 'took', type: 'integer' }, descending: true } as const;
  const text = (many: Condition) =>
    pageSource(bindings().bind, OF_LINKS, 'id', all([subset, many]), { ...newest, order }, 25);
  const toMany = text({ kind: 'linkedRow', column: 'parent_id', table: 'found_rows', condition: THIRD });
  expect(toMany).toContain('from ordered_rows');
  expect(toMany).toContain('asked.linked_id');
  expect(text({ kind: 'linkedIds', column: 'parent_id', ids: [FEW] })).not.toContain('ordered_rows');
});
