import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';

/** A business system beside us: it owns its tables and may publish, and nothing else of ours. */
const SHOP = 'shop_of_watch_table_test';
const CLERK = 'clerk_of_watch_table_test';
const PUBLISH = 'publish_event(text, text, text, json, text, text, text)';

let database: TestDatabase;
let shop: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(`create role ${SHOP} login password 'shop'`);
  await database.query(`create role ${CLERK} login password 'shop'`);
  await database.query(`grant execute on function ${PUBLISH} to ${SHOP}`);
  await database.query(`create schema shop authorization ${SHOP}`);
  shop = await connect(SHOP);
});
afterAll(async () => {
  await shop.end();
  await database.query('drop schema shop cascade');
  await database.query(`drop owned by ${SHOP}, ${CLERK}`);
  await database.query(`drop role ${SHOP}, ${CLERK}`);
  await database.drop();
});

async function connect(user: string): Promise<Client> {
  const url = Object.assign(new URL(database.servingUrl), { username: user, password: 'shop' }).href;
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

interface Told {
  documentType: string;
  event: string;
  reference: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  data: any;
  user: string;
  text: string;
}

/** What was published since the last call, by reference. */
async function told(): Promise<Told[]> {
  const rows = await database.query<Told & { body: Buffer }>(
    `update business_events e set fanned_out_at = now() from payloads p, users u
     where p.id = e.payload_id and u.id = e.user_id and e.fanned_out_at is null
     returning e.id, e.document_type as "documentType", e.event, e.reference_document as reference, p.body, u.name as user`,
  );
  return rows
    .sort((one, other) => (one.reference < other.reference ? -1 : 1))
    .map(({ body, ...row }) => ({ ...row, data: JSON.parse(body.toString()), text: body.toString() }));
}

/** Makes a watched table. @returns its name */
async function watched(name: string, columns: string, watching = ''): Promise<string> {
  await shop.query(`create table shop.${name} (${columns})`);
  await shop.query(`select watch_table('shop.${name}'${watching})`);
  return `shop.${name}`;
}

describe('a watched table', () => {
  test('tells of inserts, updates and deletes, with the row, and what it was before', async () => {
    const table = await watched('invoice', `id integer primary key, status text, total numeric(12, 2)`);
    await shop.query(`insert into ${table} values (7, 'Draft', 561.80)`);
    const [inserted] = await told();
    expect(inserted).toMatchObject({ documentType: 'invoice', event: 'on_insert', reference: '7', user: SHOP });
    expect(inserted?.text).toBe('{"id":7,"status":"Draft","total":561.80}');

    await shop.query(`update ${table} set status = 'Paid'`);
    const [updated] = await told();
    expect(updated).toMatchObject({ event: 'on_update', reference: '7' });
    expect(updated?.data).toEqual({ id: 7, status: 'Paid', total: 561.8, _previous: { status: 'Draft' } });

    await shop.query(`delete from ${table}`);
    const [deleted] = await told();
    expect(deleted).toMatchObject({
      event: 'on_delete',
      reference: '7',
      data: { id: 7, status: 'Paid', total: 561.8 },
    });
  });

  test('tells nothing of what was rolled back', async () => {
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
    expect((await told()).map((each) => each.reference)).toEqual(['2']);
  });

  test('tells of each row of a statement, of COPY too', async () => {
    const table = await watched('bulk', 'id integer primary key');
    await shop.query(`insert into ${table} select generate_series(1, 1000)`);
    const references = (await told()).map((each) => Number(each.reference));
    expect(references.sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, n) => n + 1));
  });

  test('tells of an upsert what it did: an insert, an update, or nothing', async () => {
    const table = await watched('upsert', 'id integer primary key, n integer');
    const upsert = `insert into ${table} values (1, 1), (2, 2) on conflict (id)`;
    await shop.query(`insert into ${table} values (1, 0)`);
    await told();
    await shop.query(`${upsert} do update set n = excluded.n`);
    expect((await told()).map((each) => [each.event, each.reference])).toEqual([
      ['on_update', '1'],
      ['on_insert', '2'],
    ]);
    await shop.query(`${upsert} do nothing`);
    expect(await told()).toEqual([]);
  });

  test('tells nothing of an update that changes nothing', async () => {
    const table = await watched('unchanged', 'id integer primary key, j json, n numeric, t text');
    await shop.query(`insert into ${table} values (1, '{"a":1}', 1.0, null)`);
    await told();
    await shop.query(`update ${table} set id = id, j = '{"a":1}', n = 1.0, t = null`);
    expect(await told()).toEqual([]);
    await shop.query(`update ${table} set j = '{"a": 1}'`);
    expect((await told())[0]?.data._previous).toEqual({ j: { a: 1 } });
  });

  test('tells of a key that moved under its new name, and of columns that the database makes', async () => {
    const columns = `id integer generated always as identity primary key, code text,
      upper text generated always as (upper(code)) stored`;
    const table = await watched('moved', columns, `, reference_column => 'code'`);
    await shop.query(`insert into ${table} (code) values ('a')`);
    await shop.query(`update ${table} set code = 'b'`);
    expect((await told()).map(({ event, reference, data }) => [event, reference, data])).toEqual([
      ['on_insert', 'a', { id: 1, code: 'a', upper: 'A' }],
      ['on_update', 'b', { id: 1, code: 'b', upper: 'B', _previous: { code: 'a', upper: 'A' } }],
    ]);
  });

  test('tells nothing any more once it is unwatched, and unwatching again changes nothing', async () => {
    const table = await watched('unwatched', 'id integer primary key');
    expect((await shop.query(`select unwatch_table('${table}') as was`)).rows).toEqual([{ was: true }]);
    await shop.query(`insert into ${table} values (1)`);
    expect(await told()).toEqual([]);
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

describe('watching', () => {
  test('again replaces what was watched', async () => {
    const table = await watched('again', 'id integer primary key, code text');
    await shop.query(`select watch_table('${table}', 'Article', 'code', '{insert,delete}')`);
    await shop.query(`insert into ${table} values (1, 'A-1')`);
    await shop.query(`update ${table} set code = 'A-2'`);
    await shop.query(`delete from ${table}`);
    expect((await told()).map((each) => [each.documentType, each.event, each.reference])).toEqual([
      ['Article', 'on_insert', 'A-1'],
      ['Article', 'on_delete', 'A-2'],
    ]);
  });

  test('some columns leaves the others out, and their changes too', async () => {
    const table = await watched('some', 'id integer primary key, a text, secret text', `, columns => '{id,a}'`);
    await shop.query(`insert into ${table} values (1, 'x', 'hush')`);
    expect((await told())[0]?.data).toEqual({ id: 1, a: 'x' });
    await shop.query(`update ${table} set secret = 'hush hush'`);
    expect(await told()).toEqual([]);
    await shop.query(`update ${table} set secret = 'psst', a = 'y'`);
    const [updated] = await told();
    expect(updated?.data).toEqual({ id: 1, a: 'y', _previous: { a: 'x' } });
    expect(updated?.text).not.toMatch(/hush|psst|secret/);
  });

  test('for changes of some columns is deaf to changes of others', async () => {
    const table = await watched('when_changed', 'id integer primary key, a json, b text', `, when_changed => '{a}'`);
    await shop.query(`insert into ${table} values (1, '[]', 'b')`);
    await told();
    await shop.query(`update ${table} set b = 'c'`);
    expect(await told()).toEqual([]);
    await shop.query(`update ${table} set a = null, b = 'd'`);
    expect((await told())[0]?.data).toEqual({ id: 1, a: null, b: 'd', _previous: { a: [], b: 'c' } });
  });

  test('names who did it by the setting of the session', async () => {
    const table = await watched('who', 'id integer primary key', `, user_setting => 'app.current_user'`);
    await shop.query('begin');
    await shop.query(`select set_config('app.current_user', 'سارة', true)`);
    await shop.query(`insert into ${table} values (1)`);
    await shop.query('commit');
    await shop.query(`insert into ${table} values (2)`); // the setting is empty now
    expect((await told()).map((each) => each.user)).toEqual(['سارة', SHOP]);
  });

  test('copes with names of any spelling', async () => {
    const name = `Table "of'; drop table shop.x; --\\ نوع`;
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const [key, other, accent] = [`k'"\\{},`, `other", "x`, 'ünïcode 🧾'.padEnd(40, 'x')];
    const columns = [key, other, accent, 'select', '_previous'].map((each) => `${quoted(each)} text`);
    await shop.query(`create table shop.${quoted(name)} (${columns.join()})`);
    await shop.query('select watch_table($1, null, $2, columns => $3, when_changed => $4)', [
      `shop.${quoted(name)}`,
      key,
      [key, other, 'select', '_previous'],
      [other, accent],
    ]);
    await shop.query(`insert into shop.${quoted(name)} values ('K', 'o', 'a', 's', 'p')`);
    const [inserted] = await told();
    expect(inserted).toMatchObject({ documentType: name, reference: 'K' });
    expect(inserted?.data).toEqual({ [key as string]: 'K', [other as string]: 'o', select: 's', _previous: 'p' });
    await shop.query(`update shop.${quoted(name)} set ${quoted(accent as string)} = 'b'`);
    const [updated] = await told();
    expect(updated?.text.match(/"_previous"/g)).toHaveLength(1);
    expect(updated?.data._previous).toBe('p');
  });

  test('a table with a name of 63 bytes', async () => {
    const table = await watched('n'.repeat(63), 'id integer primary key');
    await shop.query(`insert into ${table} values (1)`);
    expect((await told())[0]?.documentType).toBe('n'.repeat(63));
  });
});

describe('a row that an event cannot carry as it is does not fail the transaction of the business', () => {
  test('over 256 KiB: what it is about is told, not what it says', async () => {
    const table = await watched('large', 'id bigint primary key, t text');
    await shop.query(`insert into ${table} values (5, repeat('é', 140000))`);
    expect((await told())[0]).toMatchObject({ reference: '5', data: { id: 5, _truncated: true } });
    await shop.query(`update ${table} set t = 'short'`); // what it was before is left out, what it is fits
    expect((await told())[0]?.data).toEqual({ id: 5, t: 'short' });
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
    expect((await told()).map((each) => each.reference)).toEqual([reference]);
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
    expect((await told()).map((each) => each.user)).toEqual([user]);
  });

  test('values that JSON has no numbers for, and bytes', async () => {
    const table = await watched(
      'odd',
      'id uuid primary key, n numeric, f float8, t timestamptz, b bytea, a json[], j json',
    );
    await shop.query(`insert into ${table} values ('00000000-0000-0000-0000-000000000001', 'NaN', '-infinity', 'infinity',
      '\\x00ff', array['{"a":1}'::json], '{"a":1,"a":2}')`);
    expect((await told())[0]).toMatchObject({
      reference: '00000000-0000-0000-0000-000000000001',
      data: { n: 'NaN', f: '-Infinity', t: 'infinity', b: '\\x00ff', a: [{ a: 1 }] },
    });
    await shop.query(`update ${table} set a = '{}'`);
    expect((await told())[0]?.data._previous).toEqual({ a: [{ a: 1 }] });
  });
});

describe('is refused', () => {
  test.each<[string, string, RegExp]>([
    ['a table that is not there', `'shop.nothing'`, /relation "shop.nothing" does not exist/],
    ['no table', 'null', /table_name must name a table, not null/],
    ['an index', `'shop.plain_pkey'`, /only ordinary tables can be watched: shop.plain_pkey/],
    ['a view', `'shop.seen'`, /only ordinary tables/],
    ['a partitioned table', `'shop.parts'`, /only ordinary tables/],
    ['a partition', `'shop.part'`, /only ordinary tables/],
    ['a key of two columns', `'shop.two'`, /shop.two has no primary key of one column: name a reference_column/],
    ['no key', `'shop.keyless'`, /shop.keyless has no primary key of one column/],
    ['an unknown reference', `'shop.plain', null, 'nope'`, /shop.plain has no column 'nope'/],
    ['a system column', `'shop.plain', null, 'ctid'`, /shop.plain has no column 'ctid'/],
    ['unknown columns', `'shop.plain', columns => '{id,nope,NULL}'`, /shop.plain has no column NULL, 'nope'/],
    ['an unknown column that changes', `'shop.plain', when_changed => '{ID}'`, /shop.plain has no column 'ID'/],
    ['no columns', `'shop.plain', columns => '{}'`, /name at least one column/],
    ['no events', `'shop.plain', events => '{}'`, /one or more of insert, update, delete, not '{}'/],
    ['null events', `'shop.plain', events => null`, /not NULL/],
    ['other events', `'shop.plain', events => '{insert,truncate}'`, /not '{insert,truncate}'/],
    ['an event that is null', `'shop.plain', events => '{insert,NULL}'`, /not '{insert,NULL}'/],
    ['a blank document type', `'shop.plain', ' '`, /document_type must be 1 to 200 characters/],
    ['a long document type', `'shop.plain', repeat('x', 201)`, /document_type must be 1 to 200 characters/],
    ['a document type with a line break', `'shop.plain', E'a\\nb'`, /document_type must be 1 to 200 characters/],
    ['our own document type', `'shop.plain', ' hookLedger'`, /is reserved for events of Hookledger itself/],
    ['a setting of the server', `'shop.plain', user_setting => 'data_directory'`, /a setting of your own/],
    ['no setting', `'shop.plain', user_setting => null`, /a setting of your own/],
    ['a table of ours', `'public.users'`, /belongs to Hookledger/],
    ['a table of the system', `'pg_catalog.pg_class'`, /belongs to Hookledger or to PostgreSQL/],
    ["somebody else's table", `'public.of_somebody'`, /only its owner can watch public.of_somebody/],
    ['a temporary table', `'passing'`, /only ordinary tables/],
  ])('%s', async (_what, given, message) => {
    await shop.query(`
      create table if not exists shop.plain (id integer primary key);
      create or replace view shop.seen as select 1 as id;
      create table if not exists shop.parts (id integer primary key) partition by range (id);
      create table if not exists shop.part partition of shop.parts default;
      create table if not exists shop.two (a integer, b integer, primary key (a, b));
      create table if not exists shop.keyless (a integer);
      create temporary table if not exists passing (id integer primary key)`);
    await database.query('create table if not exists public.of_somebody (id integer primary key)');
    await expect(shop.query(`select watch_table(${given})`)).rejects.toThrow(message);
    const sql = `select from pg_trigger t join pg_class c on c.oid = t.tgrelid where relname = 'plain'`;
    expect(await database.query(sql)).toEqual([]);
  });

  test('every table of ours, also to a superuser', async () => {
    const tables = await database.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c where relkind in ('r', 'p') and relname <> 'of_somebody'
         and relnamespace in ('public'::regnamespace, to_regnamespace('pgboss'))`,
    );
    expect(tables.length).toBeGreaterThan(20);
    for (const { name } of tables) {
      const message = /belongs to Hookledger|only ordinary tables/;
      await expect(database.query('select watch_table($1)', [name])).rejects.toThrow(message);
    }
  });

  test('a table that somebody writes to who may not publish, whose writes would fail', async () => {
    await shop.query(`create table shop.counter (id integer primary key); grant usage on schema shop to ${CLERK}`);
    await shop.query(`grant insert on shop.counter to ${CLERK}`);
    const watching = () => shop.query(`select watch_table('shop.counter')`);
    await expect(watching()).rejects.toThrow(
      `grant execute on function public.${PUBLISH.replaceAll(', ', ',')} to ${CLERK}`,
    );
    await database.query(`grant execute on function ${PUBLISH} to ${CLERK}`);
    await watching();
    const clerk = await connect(CLERK);
    await clerk.query('insert into shop.counter values (1)');
    await clerk.end();
    expect((await told())[0]).toMatchObject({ documentType: 'counter', user: CLERK });
    await shop.query('grant insert on shop.counter to public');
    await expect(watching()).rejects.toThrow(/to public$/);
  });

  test('unwatching by whoever does not own the table', async () => {
    const table = await watched('kept', 'id integer primary key');
    const clerk = await connect(CLERK);
    await expect(clerk.query(`select unwatch_table('${table}')`)).rejects.toThrow(/must be owner/);
    await clerk.end();
  });
});

test('what the table owner makes of a type runs with the rights of whoever writes, never with ours', async () => {
  await shop.query(`
    create type shop.sly as enum ('a');
    create function shop.sly_to_json(shop.sly) returns json language plpgsql as $$
      begin return to_json(current_user::text); end $$;
    create cast (shop.sly as json) with function shop.sly_to_json(shop.sly)`);
  const table = await watched('sly_rows', 'id integer primary key, s shop.sly');
  await shop.query(`insert into ${table} values (1, 'a')`);
  expect((await told())[0]?.data).toEqual({ id: 1, s: SHOP });
});
