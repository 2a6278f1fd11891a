import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { BY_ID_PLANS } from '../../src/database/pools';
import { pruneFeed } from '../../src/request-log/feed/read-feed.store';
import { deleteCreatedBefore } from '../../src/sql/delete-old-rows';
import { forgetSessionsBefore } from '../../src/users/sessions/session.store';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  source = await createDataSource(database.servingUrl, { name: 'test', settings: BY_ID_PLANS }).initialize();
  await database.query(`
    create function refuse_many() returns trigger language plpgsql as $$ begin
      if (select count(*) from gone) > 3 then raise 'more than 3 rows in one statement'; end if;
      return null;
    end $$`);
  for (const table of ['incoming_ids', 'request_changes', 'sessions']) {
    await database.query(`create trigger refuse_many after delete on ${table} referencing old table as gone
      for each statement execute function refuse_many()`);
  }
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

test.each([
  ['at different times', `n * interval '1 s'`],
  ['at the same time', `interval '0'`],
])('rows that were created %s are deleted in several statements, and younger ones stay', async (_when, later) => {
  await database.query(`insert into incoming_ids (webhook_id, id_hash, request_id, created_at)
    select gen_random_uuid(), sha256(n::text::bytea), gen_random_uuid(), '2026-03-01T00:00:00Z'::timestamptz + ${later}
    from generate_series(1, 10) as n`);
  await database.query(`insert into incoming_ids (webhook_id, id_hash, request_id, created_at)
    select gen_random_uuid(), 'young', gen_random_uuid(), '2026-03-02T00:00:00Z' from generate_series(1, 4)`);
  const time = new Date('2026-03-02T00:00:00Z');
  expect(await deleteCreatedBefore(source.manager, 'incoming_ids', time, 3)).toBe(10);
  expect(await database.query('select distinct id_hash from incoming_ids')).toEqual([
    { id_hash: Buffer.from('young') },
  ]);
});

test('changes are deleted in several statements, except those that a reader has not read, and younger ones', async () => {
  await database.query('delete from request_changes');
  // 5 is after all that the snapshot 3:3: sees
  await database.query(`insert into request_changes (xid, kind, request_ids, at)
    select case when n between 3 and 8 then 5 else 1 end, 'OPENED', '{}', '2026-03-01T00:00:00Z' from generate_series(1, 12) as n`);
  await database.query(`insert into request_changes (xid, kind, request_ids, at)
    select 1, 'OPENED', '{}', '2026-03-02T00:00:00Z' from generate_series(1, 4)`);
  const reader = { from: '3:3:', to: null, afterId: '0' };
  expect(await pruneFeed(source.manager, new Date('2026-03-02T00:00:00Z'), [reader], 3)).toBe(6);
  const left = await database.query(
    'select xid::int, at, count(*)::int from request_changes group by xid, at order by at',
  );
  expect(left).toEqual([
    { xid: 5, at: new Date('2026-03-01T00:00:00Z'), count: 6 },
    { xid: 1, at: new Date('2026-03-02T00:00:00Z'), count: 4 },
  ]);
});

test('expired sessions are deleted in several statements, and others stay', async () => {
  await database.query(`insert into users (id, name, roles, active, created_at, updated_at)
    values (new_id(), 'somebody', '{}', true, now(), now())`);
  await database.query(`insert into sessions (id, user_id, token_hash, method, created_at, expires_at, last_used_at)
    select first_id_at(t), u.id, sha256(t::text::bytea), 'API_KEY', t, t + interval '1 h', t
    from users u, generate_series('2026-03-01T00:00:00Z', '2026-03-01T09:00:00Z', interval '1 h') as t where u.name = 'somebody'`);
  expect(await forgetSessionsBefore(source.manager, new Date('2026-03-01T08:00:00Z'), 3)).toBe(7);
  expect(await database.query('select from sessions')).toHaveLength(3);
});
