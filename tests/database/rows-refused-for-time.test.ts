/** @jest-environment node */
// Rows that the serving login may not insert because of their time: how that shows, and who may insert them.
import { createDataSource } from '../../src/database/data-source';
import { followDatabaseClock } from '../../src/database/database-clock';
import { checkReadiness } from '../../src/database/readiness';
import { createLog } from '../../src/logging/log';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const INSERT = `insert into audit_entries (id, at, action, actor_kind)
  values (first_id_at($1::timestamptz), $1, 'webhook.paused', 'SYSTEM')`;

test('a refused row shows in /readyz and in the log', async () => {
  const source = await createDataSource(database.servingUrl, { name: 'test' }).initialize();
  try {
    expect((await checkReadiness(source)).clock).toBeNull();
    const at = new Date(Date.now() - 3_600_000);
    const refused = `insert into audit_entries is refused: at ${at.toISOString().slice(0, 19)}`;
    await expect(source.query(INSERT, [at])).rejects.toThrow(refused);
    expect((await checkReadiness(source)).clock).toContain(refused);
    const lines: string[] = [];
    const clock = await followDatabaseClock(source, createLog('error', { write: (line: string) => lines.push(line) }));
    await clock.stop();
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ refused: expect.stringContaining(refused) }),
    ]);
  } finally {
    await source.destroy();
  }
});

// As pg_restore --data-only does: with the triggers, and without a search path.
test('the owner copies a record of earlier months into a database that was migrated', async () => {
  await database.query('set role hookledger_owner');
  await database.query(`select set_config('search_path', '', false)`);
  await database.query(`do $$ begin
    perform set_config('search_path', 'public', true);
    create table webhook_request_logs_2020_01 partition of webhook_request_logs
      for values from ('016f5e66-e800-0000-0000-000000000000') to ('016ffe0b-a400-0000-0000-000000000000');
  end $$`);
  await database.query(`insert into public.webhook_request_logs
      (id, direction, status, attempt_number, duplicate, method, url, started_at, finished_at)
    values (public.first_id_at('2020-01-15Z'), 'OUTGOING', 'SUCCEEDED', 1, false, 'POST', 'https://example.com/',
      '2020-01-15Z', '2020-01-15Z')`);
  await database.query(INSERT.replace('audit_entries', 'public.audit_entries').replace('first', 'public.first'), [
    new Date(),
  ]);
  expect(await database.query('select kind from public.evidence_queue order by id')).toEqual([
    { kind: 1 },
    { kind: 2 },
  ]);
});
