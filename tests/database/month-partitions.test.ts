import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { makePartitions } from '../../src/database/partitions';
import { firstIdAt, newId } from '../../src/values/ids';
import { createTestDatabase, type TestDatabase } from '../support/database';

const TABLES = [
  'audit_entries',
  'business_events',
  'deliveries',
  'delivery_decisions',
  'evidence_leaves',
  'finished_deliveries',
  'payloads',
  'request_index',
  'webhook_request_logs',
];

let database: TestDatabase;
let source: DataSource;
let other: Client;

beforeEach(async () => {
  database = await createTestDatabase();
  source = await createDataSource(database.servingUrl, { name: 'partitions test', poolSize: 4 }).initialize();
  other = new Client({ connectionString: database.superuserUrl });
  await other.connect();
});
afterEach(async () => {
  await other.end();
  await source.destroy();
  await database.drop();
});

const make = (months: number) => makePartitions(source.manager, months);

test('the partitions of the next month are made by the migrations, and nothing is left to do', async () => {
  expect(await make(1)).toEqual({ made: [], postponed: [] });
});

test('the coming months of every table are made once, however many make them at the same time', async () => {
  const made = (await Promise.all([make(12), make(12), make(12), make(12)])).flatMap((each) => each.made);
  expect(new Set(made).size).toBe(11 * TABLES.length);
  expect(made).toHaveLength(11 * TABLES.length);
  expect(await make(12)).toEqual({ made: [], postponed: [] });
});

test('no gap is left: each partition begins where the month before ends', async () => {
  await make(12);
  const rows = await database.query<{ parent: string; bounds: string }>(
    `select p.relname as parent, pg_get_expr(c.relpartbound, c.oid) as bounds
     from pg_class c join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent
     where p.relname = any($1) order by p.relname, c.relname`,
    [TABLES],
  );
  expect(rows).toHaveLength(14 * TABLES.length);
  const limits = rows.map(({ bounds }) => [...bounds.matchAll(/'([0-9a-f-]{36})'/g)].map((match) => match[1]));
  for (const [index, row] of rows.entries()) {
    if (rows[index + 1]?.parent === row.parent) expect(limits[index + 1]?.[0]).toBe(limits[index]?.[1]);
  }
});

test('months are counted as the ids do', async () => {
  for (const at of ['2026-01-01T00:00:00.000Z', '2026-03-29T01:00:00.000Z', '2031-12-31T23:59:59.999Z']) {
    const rows = await database.query<{ id: string }>('select first_id_at($1::timestamptz) as id', [at]);
    expect(rows[0]?.id).toBe(firstIdAt(Date.parse(at)));
  }
});

test.each([-1, 25, null])('%s months are refused', async (months) => {
  await expect(make(months as number)).rejects.toThrow('months_ahead must be 0 to 24');
});

test.each(['users', 'payloads_2019_01', 'payloads_2099_01', '', null])(
  'nothing is made of a name that is not missing: %s',
  async (name) => {
    expect(await source.query('select make_partition($1) as made', [name])).toEqual([{ made: false }]);
  },
);

test('a month of requests or deliveries that was made by hand gets the partitions beside it', async () => {
  const [bounds] = await database.query<{ first: string; past: string }>(
    `select first_id_of('2020-01-01') as first, first_id_of('2020-02-01') as past`,
  );
  await database.query('set role hookledger_owner');
  for (const table of ['webhook_request_logs', 'deliveries']) {
    await database.query(`create table ${table}_2020_01 partition of ${table}
      for values from ('${bounds?.first}') to ('${bounds?.past}')`);
  }
  const { made } = await make(1);
  expect(made.sort()).toEqual(['evidence_leaves_2020_01', 'finished_deliveries_2020_01', 'request_index_2020_01']);
});

test('a row is put into the month that its id names', async () => {
  const month = new Date();
  for (let ahead = 0; ahead <= 1; ahead += 1) {
    const first = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + ahead, 1);
    const next = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + ahead + 1, 1);
    const name = `payloads_${new Date(first).toISOString().slice(0, 7).replace('-', '_')}`;
    for (const ms of [first, next - 1]) {
      const id = firstIdAt(ms).slice(0, 14) + newId().slice(14);
      const rows = await source.query(
        `insert into payloads (id, body, byte_length, content_type) values ($1, '', 0, 'text/plain')
         returning tableoid::regclass::text as partition`,
        [id],
      );
      expect(rows).toEqual([{ partition: name }]);
    }
  }
});

test('a partition has the indexes, constraints, row triggers and storage of its table, and is not truncated by itself', async () => {
  const kept = `select c.relname as name,
      (select count(*)::int from pg_index x where x.indrelid = c.oid) as indexes,
      (select count(*)::int from pg_constraint k where k.conrelid = c.oid and k.contype in ('c', 'f', 'p')) as constraints,
      array(select t.tgname::text from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal
        and t.tgname !~ 'go_to_(feed|queue)|become_events|failed_requests' order by 1) as triggers,
      array(select a.attstorage::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 order by a.attnum) as storage
    from pg_class c`;
  const { made } = await make(2);
  expect(made).toHaveLength(TABLES.length);
  for (const name of made) {
    const [partition] = await database.query(`${kept} where c.relname = $1`, [name]);
    const [parent] = await database.query(`${kept} where c.relname = $1`, [name.replace(/_\d{4}_\d\d$/, '')]);
    expect({ ...partition, name: parent?.name }).toEqual(parent);
    const [loose] = await database.query(
      `select count(*)::int as n from pg_index x join pg_class c on c.oid = x.indrelid
       where c.relname = $1 and not exists (select from pg_inherits i where i.inhrelid = x.indexrelid)`,
      [name],
    );
    expect(loose).toEqual({ n: 0 });
  }
});

test('a reader of all tables, as pg_dump is, holds up neither a new month nor those who write beside it', async () => {
  await other.query('begin isolation level repeatable read');
  for (const table of [...TABLES, 'users', 'webhooks']) await other.query(`select from ${table}`);
  const { made, postponed } = await make(2);
  expect([made.length, postponed]).toEqual([TABLES.length, []]);
  // still open, and reading
  expect((await other.query('select count(*)::int as n from deliveries')).rows).toEqual([{ n: 0 }]);
});

test('what another session locks is postponed, holds up nothing else, and is made when it is free', async () => {
  await other.query('begin');
  await other.query('lock table webhooks in row exclusive mode');
  const first = await make(2);
  // those with a foreign key to webhooks
  expect(first.postponed.map((name) => name.replace(/_\d{4}_\d\d$/, ''))).toEqual([
    'deliveries',
    'webhook_request_logs',
  ]);
  expect(first.made).toHaveLength(TABLES.length - 2);
  await other.query('commit');
  expect(await make(2)).toEqual({ made: first.postponed, postponed: [] });
});
