import type { Client } from 'pg';
import type { TestDatabase } from '../../support/database';
import { type Shop, startShop, takePublished, watchedTable } from './shop';

let database: TestDatabase;
let system: Shop;
let shop: Client;

const SHOP = 'shop_of_watched_table_test';
const CLERK = 'clerk_of_watched_table_test';

beforeAll(async () => {
  system = await startShop(SHOP, CLERK);
  ({ database, client: shop } = system);
});
afterAll(() => system.stop());

/** Events published since the last call, by reference. */
const published = () => takePublished(database);
const watched = (name: string, columns: string, watching?: string) => watchedTable(shop, name, columns, watching);

describe('a watched table', () => {
  test('publishes inserts, updates and deletes, with the row and its previous values', async () => {
    const table = await watched('invoice', `id integer primary key, status text, total numeric(12, 2)`);
    await shop.query(`insert into ${table} values (7, 'Draft', 561.80)`);
    const [inserted] = await published();
    expect(inserted).toMatchObject({ documentType: 'invoice', event: 'on_insert', reference: '7', user: SHOP });
    expect(inserted?.text).toBe('{"id":7,"status":"Draft","total":561.80}');

    await shop.query(`update ${table} set status = 'Paid'`);
    const [updated] = await published();
    expect(updated).toMatchObject({ event: 'on_update', reference: '7' });
    expect(updated?.data).toEqual({ id: 7, status: 'Paid', total: 561.8, _previous: { status: 'Draft' } });

    await shop.query(`delete from ${table}`);
    const [deleted] = await published();
    expect(deleted).toMatchObject({
      event: 'on_delete',
      reference: '7',
      data: { id: 7, status: 'Paid', total: 561.8 },
    });
  });

  test('publishes nothing that was rolled back', async () => {
    const table = await watched('rolled_back', 'id integer primary key');
    await shop.query('begin');
    await shop.query(`insert into ${table} values (1)`);
    await shop.query('rollback');
    await shop.query('begin');
    await shop.query(`insert into ${table} values (2)`);
    await shop.query('savepoint s');
    await shop.query(`insert into ${table} values (3)`);
    await shop.query('rollback to s');
    await shop.query('commit');
    expect((await published()).map((each) => each.reference)).toEqual(['2']);
  });

  test('publishes each row of a statement, of COPY too', async () => {
    const table = await watched('bulk', 'id integer primary key');
    await shop.query(`insert into ${table} select generate_series(1, 1000)`);
    const references = (await published()).map((each) => Number(each.reference));
    expect(references.sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, n) => n + 1));
  });

  test('publishes what an upsert did: an insert, an update, or nothing', async () => {
    const table = await watched('upsert', 'id integer primary key, n integer');
    const upsert = `insert into ${table} values (1, 1), (2, 2) on conflict (id)`;
    await shop.query(`insert into ${table} values (1, 0)`);
    await published();
    await shop.query(`${upsert} do update set n = excluded.n`);
    expect((await published()).map((each) => [each.event, each.reference])).toEqual([
      ['on_update', '1'],
      ['on_insert', '2'],
    ]);
    await shop.query(`${upsert} do nothing`);
    expect(await published()).toEqual([]);
  });

  test('publishes nothing for an update that changes nothing', async () => {
    const table = await watched('unchanged', 'id integer primary key, j json, n numeric, t text');
    await shop.query(`insert into ${table} values (1, '{"a":1}', 1.0, null)`);
    await published();
    await shop.query(`update ${table} set id = id, j = '{"a":1}', n = 1.0, t = null`);
    expect(await published()).toEqual([]);
    await shop.query(`update ${table} set j = '{"a": 1}'`);
    expect((await published())[0]?.data._previous).toEqual({ j: { a: 1 } });
  });

  test('publishes a changed key under its new value, and generated columns', async () => {
    const columns = `id integer generated always as identity primary key, code text,
      upper text generated always as (upper(code)) stored`;
    const table = await watched('moved', columns, `, reference_column => 'code'`);
    await shop.query(`insert into ${table} (code) values ('a')`);
    await shop.query(`update ${table} set code = 'b'`);
    expect((await published()).map(({ event, reference, data }) => [event, reference, data])).toEqual([
      ['on_insert', 'a', { id: 1, code: 'a', upper: 'A' }],
      ['on_update', 'b', { id: 1, code: 'b', upper: 'B', _previous: { code: 'a', upper: 'A' } }],
    ]);
  });

  test('publishes nothing once it is unwatched, and unwatching again changes nothing', async () => {
    const table = await watched('unwatched', 'id integer primary key');
    expect((await shop.query(`select unwatch_table('${table}') as was`)).rows).toEqual([{ was: true }]);
    await shop.query(`insert into ${table} values (1)`);
    expect(await published()).toEqual([]);
    expect((await shop.query(`select unwatch_table('${table}') as was`)).rows).toEqual([{ was: false }]);
  });

  test('leaves nothing behind when it is dropped', async () => {
    const table = await watched('dropped', 'id integer primary key');
    const triggers = () =>
      database.query(`select from pg_trigger where tgfoid = 'publish_table_change'::regproc and tgrelid not in
        (select oid from pg_class where relnamespace = 'shop'::regnamespace and relname <> 'dropped')`);
    expect(await triggers()).toHaveLength(3);
    await shop.query(`drop table ${table}`);
    expect(await triggers()).toEqual([]);
  });
});

describe('a row that an event cannot carry as it is does not fail the transaction of the business', () => {
  test('over 256 KiB: the event has the reference, not the row', async () => {
    const table = await watched('large', 'id bigint primary key, t text');
    await shop.query(`insert into ${table} values (5, repeat('é', 140000))`);
    expect((await published())[0]).toMatchObject({ reference: '5', data: { id: 5, _truncated: true } });
    await shop.query(`update ${table} set t = 'short'`); // what it was before is left out, what it is fits
    expect((await published())[0]?.data).toEqual({ id: 5, t: 'short' });
  });

  test.each<[string, string, string]>([
    ['null', 'null', '-'],
    ['blank', `E' \\t\\u3000'`, '-'],
    ['long', `repeat('x', 1000)`, 'x'.repeat(200)],
    ['of several lines', `E'INV\\n1\\u0085'`, 'INV 1 '],
    ['long and blank at first', `repeat(' ', 300) || 'x'`, '-'],
  ])('a reference that is %s', async (what, value, reference) => {
    const table = await watched(what.replaceAll(' ', '_'), 'ref text', `, reference_column => 'ref'`);
    await shop.query(`insert into ${table} values (${value})`);
    expect((await published()).map((each) => each.reference)).toEqual([reference]);
  });

  test.each([
    ['empty', `''`, SHOP],
    ['blank', `E' \\n '`, SHOP],
    ['long', `repeat('u', 500)`, 'u'.repeat(200)],
    ['with a tab', `E'a\\tb'`, 'a b'],
  ])('a user name that is %s', async (what, value, user) => {
    const table = await watched(`user_${what.replaceAll(' ', '_')}`, 'id integer primary key');
    await shop.query(`select set_config('hookledger.user_name', ${value}, false)`);
    await shop.query(`insert into ${table} values (1)`);
    await shop.query('reset hookledger.user_name');
    expect((await published()).map((each) => each.user)).toEqual([user]);
  });

  test('values that JSON has no numbers for, and bytes', async () => {
    const table = await watched(
      'odd',
      'id uuid primary key, n numeric, f float8, t timestamptz, b bytea, a json[], j json',
    );
    await shop.query(`insert into ${table} values ('00000000-0000-0000-0000-000000000001', 'NaN', '-infinity', 'infinity',
      '\\x00ff', array['{"a":1}'::json], '{"a":1,"a":2}')`);
    expect((await published())[0]).toMatchObject({
      reference: '00000000-0000-0000-0000-000000000001',
      data: { n: 'NaN', f: '-Infinity', t: 'infinity', b: '\\x00ff', a: [{ a: 1 }] },
    });
    await shop.query(`update ${table} set a = '{}'`);
    expect((await published())[0]?.data._previous).toEqual({ a: [{ a: 1 }] });
  });
});

test('a cast that the table owner defines runs with the rights of the writer, never with ours', async () => {
  await shop.query(`
    create type shop.sly as enum ('a');
    create function shop.sly_to_json(shop.sly) returns json language plpgsql as $$
      begin return to_json(current_user::text); end $$;
    create cast (shop.sly as json) with function shop.sly_to_json(shop.sly)`);
  const table = await watched('sly_rows', 'id integer primary key, s shop.sly');
  await shop.query(`insert into ${table} values (1, 'a')`);
  expect((await published())[0]?.data).toEqual({ id: 1, s: SHOP });
});
