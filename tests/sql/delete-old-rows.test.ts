import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { BY_ID_PLANS } from '../../src/database/pools';
import { deleteCreatedBefore } from '../../src/sql/delete-old-rows';
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
    end $$;
    create trigger refuse_many after delete on incoming_ids referencing old table as gone
      for each statement execute function refuse_many()`);
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
