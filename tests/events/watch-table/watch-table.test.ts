import type { Client } from 'pg';
import type { TestDatabase } from '../../support/database';
import { PUBLISH, type Shop, startShop, takePublished, watchedTable } from './shop';

let database: TestDatabase;
let system: Shop;
let shop: Client;

const SHOP = 'shop_of_watch_table_test';
const CLERK = 'clerk_of_watch_table_test';

beforeAll(async () => {
  system = await startShop(SHOP, CLERK);
  ({ database, client: shop } = system);
});
afterAll(() => system.stop());

/** Events published since the last call, by reference. */
const published = () => takePublished(database);
const watched = (name: string, columns: string, watching?: string) => watchedTable(shop, name, columns, watching);

describe('watching', () => {
  test('again replaces what was watched', async () => {
    const table = await watched('again', 'id integer primary key, code text');
    await shop.query(`select watch_table('${table}', 'Article', 'code', '{insert,delete}')`);
    await shop.query(`insert into ${table} values (1, 'A-1')`);
    await shop.query(`update ${table} set code = 'A-2'`);
    await shop.query(`delete from ${table}`);
    expect((await published()).map((each) => [each.documentType, each.event, each.reference])).toEqual([
      ['Article', 'on_insert', 'A-1'],
      ['Article', 'on_delete', 'A-2'],
    ]);
  });

  test('some columns leaves the others out, and their changes too', async () => {
    const table = await watched('some', 'id integer primary key, a text, secret text', `, columns => '{id,a}'`);
    await shop.query(`insert into ${table} values (1, 'x', 'hush')`);
    expect((await published())[0]?.data).toEqual({ id: 1, a: 'x' });
    await shop.query(`update ${table} set secret = 'hush hush'`);
    expect(await published()).toEqual([]);
    await shop.query(`update ${table} set secret = 'psst', a = 'y'`);
    const [updated] = await published();
    expect(updated?.data).toEqual({ id: 1, a: 'y', _previous: { a: 'x' } });
    expect(updated?.text).not.toMatch(/hush|psst|secret/);
  });

  test('for changes of some columns ignores changes of others', async () => {
    const table = await watched('when_changed', 'id integer primary key, a json, b text', `, when_changed => '{a}'`);
    await shop.query(`insert into ${table} values (1, '[]', 'b')`);
    await published();
    await shop.query(`update ${table} set b = 'c'`);
    expect(await published()).toEqual([]);
    await shop.query(`update ${table} set a = null, b = 'd'`);
    expect((await published())[0]?.data).toEqual({ id: 1, a: null, b: 'd', _previous: { a: [], b: 'c' } });
  });

  test('names who did it by the setting of the session', async () => {
    const table = await watched('who', 'id integer primary key', `, user_setting => 'app.current_user'`);
    await shop.query('begin');
    await shop.query(`select set_config('app.current_user', 'سارة', true)`);
    await shop.query(`insert into ${table} values (1)`);
    await shop.query('commit');
    await shop.query(`insert into ${table} values (2)`); // the setting is empty now
    expect((await published()).map((each) => each.user)).toEqual(['سارة', SHOP]);
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
    const [inserted] = await published();
    expect(inserted).toMatchObject({ documentType: name, reference: 'K' });
    expect(inserted?.data).toEqual({ [key as string]: 'K', [other as string]: 'o', select: 's', _previous: 'p' });
    await shop.query(`update shop.${quoted(name)} set ${quoted(accent as string)} = 'b'`);
    const [updated] = await published();
    expect(updated?.text.match(/"_previous"/g)).toHaveLength(1);
    expect(updated?.data._previous).toBe('p');
  });

  test('a table with a name of 63 bytes', async () => {
    const table = await watched('n'.repeat(63), 'id integer primary key');
    await shop.query(`insert into ${table} values (1)`);
    expect((await published())[0]?.documentType).toBe('n'.repeat(63));
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
    ['a table of another owner', `'public.of_somebody'`, /only its owner can watch public.of_somebody/],
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
         and relnamespace = 'public'::regnamespace`,
    );
    expect(tables.length).toBeGreaterThan(20);
    for (const { name } of tables) {
      const message = /belongs to Hookledger|only ordinary tables/;
      await expect(database.query('select watch_table($1)', [name])).rejects.toThrow(message);
    }
  });

  test('a table with a writer who may not publish, whose writes would fail', async () => {
    await shop.query(`create table shop.counter (id integer primary key); grant usage on schema shop to ${CLERK}`);
    await shop.query(`grant insert on shop.counter to ${CLERK}`);
    const watching = () => shop.query(`select watch_table('shop.counter')`);
    await expect(watching()).rejects.toThrow(
      `grant execute on function public.${PUBLISH.replaceAll(', ', ',')} to ${CLERK}`,
    );
    await database.query(`grant execute on function ${PUBLISH} to ${CLERK}`);
    await watching();
    const clerk = await system.connect(CLERK);
    await clerk.query('insert into shop.counter values (1)');
    await clerk.end();
    expect((await published())[0]).toMatchObject({ documentType: 'counter', user: CLERK });
    await shop.query('grant insert on shop.counter to public');
    await expect(watching()).rejects.toThrow(/to public$/);
  });

  test('unwatching by a login that does not own the table', async () => {
    const table = await watched('kept', 'id integer primary key');
    const clerk = await system.connect(CLERK);
    await expect(clerk.query(`select unwatch_table('${table}')`)).rejects.toThrow(/must be owner/);
    await clerk.end();
  });
});
