// Pages in the order of a joined table: how many of the first rows in the order meet a condition is not known to PostgreSQL.
import { Client } from 'pg';
import { READ } from '../../src/database/pools';
import { pageSource } from '../../src/sql/access-path';
import { all, bindings, type Condition, compares, isAnyOf, sqlTest } from '../../src/sql/condition';
import { createTestDatabase, type TestDatabase } from '../support/database';

const ROWS = 20_000;
const LISTING = {
  table: 'ordered_rows join found_rows using (id)',
  indexed: ['id', 'color', 'link_id'],
  parts: ['color', 'link_id'],
  joined: { rows: 'found_rows', ordered: 'ordered_rows', values: { took: 'took_ms' } },
};
/** All rows in the order, each looked up, are some 100,000. */
const FEW_BLOCKS = 15_000;

let database: TestDatabase;
let sql: Client;

beforeAll(async () => {
  database = await createTestDatabase('template1');
  sql = new Client({ connectionString: database.superuserUrl });
  await sql.connect();
  for (const [name, value] of Object.entries(READ.settings)) await sql.query(`set ${name} = '${value}'`);
  // every fourth row is quick, and a few are open
  await sql.query(`create table found_rows as select (lpad(to_hex(n), 12, '0') || '70008000000000000000')::uuid as id,
    case when n % 4 = 1 then 'quick' when n % 400 = 2 then 'rare' else 'slow' end as color, n as number,
    (lpad(to_hex(n % 3000), 12, '0') || '70008000000000000000')::uuid as link_id,
    case when n % 4 = 1 then n % 50 else 100 + (hashint4(n) & 1023) end as took_ms from generate_series(1, ${ROWS}) as n`);
  await sql.query('create table ordered_rows as select id, took_ms as took from found_rows where number % 1000 <> 3');
  await sql.query(
    `create table linked_rows as select distinct link_id as id, get_byte(uuid_send(link_id), 5) % 2 = 0 as even from found_rows`,
  );
  for (const table of ['found_rows', 'ordered_rows', 'linked_rows'])
    await sql.query(`alter table ${table} add primary key (id)`);
  await sql.query('create index on found_rows (color, id)');
  await sql.query('create index on found_rows (link_id, id)');
  await sql.query('create index on ordered_rows (took, id)');
  await sql.query('vacuum analyze');
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

// PostgreSQL expects a third of the rows
const number = (test: string) => sqlTest(() => `number + 0 ${test}`);
const EVEN = { column: 'link_id', table: 'linked_rows', condition: sqlTest(() => 'even') };
const CONDITIONS: [string, string, Condition][] = [
  ['that no index finds, and no row has', 'false', number('< 0')],
  ['that no index finds, and 20 rows have', 'number <= 20', number('<= 20')],
  ['that no index finds, and most rows have', 'number > 20', number('> 20')],
  ['of a value at the other end', `color = 'quick'`, compares('color', '=', 'quick')],
  ['of a value that one in 400 has', `color = 'rare'`, compares('color', '=', 'rare')],
  ['of a value that no row has', 'false', compares('color', '=', 'none')],
  ['of values', `color <> 'slow'`, isAnyOf('color', 'text', ['quick', 'rare'])],
  [
    'of a value and one without an index',
    `color = 'quick' and number <= 20`,
    all([compares('color', '=', 'quick'), number('<= 20')]),
  ],
  ['by the order', 'took_ms >= 1100', compares('took', '>=', 1100)],
  ['by the order, and no row has it', 'false', compares('took', '>=', 5000)],
  ['of a linked row', 'get_byte(uuid_send(link_id), 5) % 2 = 0', { kind: 'linkedRow', ...EVEN }],
  ['of a linked row and no other', 'false', all([{ kind: 'linkedWalk', ...EVEN }, number('< 0')])],
  [
    'of a smaller table',
    'number <= 20',
    {
      kind: 'subset',
      whole: number('<= 20'),
      counted: null,
      rest: { kind: 'everything' },
      isLarge: false,
      sources: [{ table: 'found_rows', within: number('<= 20'), columns: ['color'], key: 'few' }],
    },
  ],
];
const CASES = CONDITIONS.flatMap(([what, expected, condition]) =>
  [true, false].map((descending) => ({ what, expected, condition, descending })),
);

function pageText(condition: Condition, descending: boolean, cursor: { id: string; value: string } | null = null) {
  const { values, bind } = bindings();
  const order = { column: { sql: 'took', property: 'took', type: 'integer' }, descending } as const;
  const request = { order, size: 25, backward: false, cursor };
  return { text: pageSource(bind, LISTING, 'id, took', condition, request, 26), values };
}

test.each(CASES)('requests $what, descending: $descending', async ({ expected, condition, descending }) => {
  const direction = descending ? 'desc' : 'asc';
  const { rows: wanted } = await sql.query(`select id from found_rows join ordered_rows using (id) where ${expected}
    order by took + 0 ${direction}, id ${direction} limit 78`);
  const found: string[] = [];
  for (let cursor: { id: string; value: string } | null = null; found.length < wanted.length || found.length === 0; ) {
    const { text, values } = pageText(condition, descending, cursor);
    const { rows } = await sql.query(text, values);
    found.push(...rows.map(({ id }) => id));
    const last = rows.at(-1);
    if (!last) break;
    cursor = { id: last.id, value: String(last.took) };
  }
  expect(found.slice(0, 78)).toEqual(wanted.map(({ id }) => id));
});

test.each(CASES)('a page $what reads few blocks, descending: $descending', async ({ condition, descending }) => {
  const { text, values } = pageText(condition, descending);
  const { rows } = await sql.query(`explain (analyze, buffers, format json) ${text}`, values);
  const { Plan: plan } = rows[0]['QUERY PLAN'][0];
  const blocks = plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
  expect({ blocks, isFew: blocks <= FEW_BLOCKS }).toEqual({ blocks, isFew: true });
});

describe('the newest of rows that meet one of two conditions, of which each has an index', () => {
  const page = (condition: Condition) => {
    const { values, bind } = bindings();
    const request = { order: { column: null, descending: true }, size: 25, backward: false, cursor: null };
    const listing = { ...LISTING, table: 'found_rows', joined: undefined };
    return { text: pageSource(bind, listing, 'id, color', condition, request, 26), values };
  };
  const eitherOf = (...parts: Condition[]): Condition => ({ kind: 'or', parts });
  const [rare, none, quick] = ['rare', 'none', 'quick'].map((color) => compares('color', '=', color)) as [
    Condition,
    Condition,
    Condition,
  ];
  const link = (n: number): Condition => ({
    kind: 'linkedIds',
    column: 'link_id',
    ids: [`00000000-0${n.toString(16).padStart(3, '0')}-7000-8000-000000000000`],
  });

  test.each<[string, Condition, string]>([
    ['no row has', eitherOf(none, link(3500)), 'false'],
    ['some have both', eitherOf(rare, eitherOf(quick, rare)), `color in ('rare', 'quick')`],
    ['few have, beside another', all([eitherOf(rare, none), number('> 300')]), `color = 'rare' and number > 300`],
  ])('%s', async (_what, condition, expected) => {
    const { text, values } = page(condition);
    const { rows: wanted } = await sql.query(`select id from found_rows where ${expected} order by id desc limit 26`);
    const { rows } = await sql.query(text, values);
    expect(rows.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
    await sql.query('set plan_cache_mode = force_generic_plan');
    await sql.query(`prepare generic as ${text}`);
    const given = values.length > 0 ? `(${values.map((value) => `'${value}'`).join()})` : '';
    const { rows: explained } = await sql.query(`explain (analyze, buffers, format json) execute generic${given}`);
    await sql.query('deallocate generic');
    await sql.query('reset plan_cache_mode');
    const { Plan: plan } = explained[0]['QUERY PLAN'][0];
    expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(120);
  });
});
