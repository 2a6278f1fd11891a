import { Client } from 'pg';
import { isDatabaseUnavailable, whyUnavailable } from '../../src/sql/database-errors';
import { firstIdAt, newId } from '../../src/values/ids';
import { startTestApp, type TestApp } from '../support/app';
import { NEVER, type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

let app: TestApp;
let partner: Receiver;
let serving: Client;
let owner: Client;
let closedRow: string;
let openRow: string;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
  serving = new Client({ connectionString: app.database.servingUrl });
  owner = new Client({ connectionString: app.database.migrationUrl });
  for (const client of [serving, owner]) await client.connect();
  await createTestWebhook(app, partner.url, { timeoutMs: 30_000 });
  partner.answerWith((_call, n) => (n === 2 ? NEVER : {}));
  await publish(app, [invoice('INV-1')]);
  closedRow = await rowThat('is not null');
  await publish(app, [invoice('INV-2')]);
  openRow = await rowThat('is null');
});
afterAll(async () => {
  await partner.stop();
  for (const client of [serving, owner]) await client.end();
  await app.stop();
});

function rowThat(finishedAt: 'is null' | 'is not null'): Promise<string> {
  return waitFor(`a request whose end ${finishedAt}`, async () => {
    const sql = `select id from webhook_request_logs where finished_at ${finishedAt}`;
    return (await app.database.query<{ id: string }>(sql))[0]?.id;
  });
}

const RECORD = [
  'webhook_request_logs',
  'payloads',
  'business_events',
  'deliveries',
  'audit_entries',
  'webhook_versions',
];
const PARTITIONED = RECORD.slice(0, 4);

async function partitionOf(table: string): Promise<string> {
  const [row] = await app.database.query<{ name: string }>(
    `select tableoid::regclass::text as name from ${table} limit 1`,
  );
  return row?.name as string;
}

/** Adds rows like one that is there, in one statement, each but for these columns. */
async function addCopies(table: string, changes: readonly object[], login = serving): Promise<void> {
  await login.query(
    `insert into ${table} select (jsonb_populate_record(null::${table}, to_jsonb(one) || changes)).*
     from (select * from ${table} order by id limit 1) as one, jsonb_array_elements($1::jsonb) as changes`,
    [JSON.stringify(changes.map((each) => ({ id: newId(), ...each })))],
  );
}

const DENIED = /permission denied|must be owner/;
const WRITE_ONCE = /write-once/;

describe('the login that serves requests', () => {
  test.each(['status', 'error', 'response_status', 'response_body'])(
    'cannot change %s of a closed request',
    async (column) => {
      await expect(
        serving.query(`update webhook_request_logs set ${column} = null where id = $1`, [closedRow]),
      ).rejects.toThrow(WRITE_ONCE);
    },
  );

  test.each(['url', 'headers', 'payload_id', 'started_at', 'attempt_number'])(
    'cannot touch %s of any request, closed or open',
    async (column) => {
      await expect(serving.query(`update webhook_request_logs set ${column} = ${column}`)).rejects.toThrow(DENIED);
    },
  );

  test.each(RECORD)('cannot delete from or truncate %s', async (table) => {
    await expect(serving.query(`delete from ${table}`)).rejects.toThrow(DENIED);
    await expect(serving.query(`truncate ${table}`)).rejects.toThrow(DENIED);
  });

  test.each(PARTITIONED)('cannot change, delete from or truncate a partition of %s', async (table) => {
    const partition = await partitionOf(table);
    await expect(serving.query(`update ${partition} set id = id`)).rejects.toThrow(DENIED);
    await expect(serving.query(`delete from ${partition}`)).rejects.toThrow(DENIED);
    await expect(serving.query(`truncate ${partition}`)).rejects.toThrow(DENIED);
  });

  test.each(['payloads', 'audit_entries', 'webhook_versions'])('cannot update %s', async (table) => {
    await expect(serving.query(`update ${table} set id = id`)).rejects.toThrow(DENIED);
  });

  // the owner may add them, so that a dump can be restored
  const NOW = { started_at: new Date(), finished_at: new Date() };
  const LATER = new Date(Date.now() + 3_600_000);
  const EARLIER = new Date(Date.now() - 3_600_000);
  const EARLIER_ID = firstIdAt(EARLIER.getTime());
  test.each([
    ['a request that began in the past', 'webhook_request_logs', NOW, { started_at: EARLIER }],
    ['a request that ended before it began', 'webhook_request_logs', NOW, { finished_at: EARLIER }],
    ['a request of the future', 'webhook_request_logs', NOW, { started_at: LATER, finished_at: LATER }],
    ['a request that ends in the future', 'webhook_request_logs', NOW, { finished_at: LATER }],
    ['a request of no time', 'webhook_request_logs', NOW, { started_at: '-infinity' }],
    ['a request under an id of the future', 'webhook_request_logs', NOW, { id: firstIdAt(LATER.getTime()) }],
    ['an event of the past', 'business_events', { created_at: new Date() }, { created_at: EARLIER }],
    ['an event under an id of the past', 'business_events', { created_at: new Date() }, { id: EARLIER_ID }],
    ['a delivery of the past', 'deliveries', { created_at: new Date() }, { created_at: EARLIER }],
    ['a delivery under an id of the past', 'deliveries', { created_at: new Date() }, { id: EARLIER_ID }],
    ['an audit entry of the future', 'audit_entries', { at: new Date() }, { at: LATER }],
    ['a request under an id of the past', 'webhook_request_logs', NOW, { id: EARLIER_ID }],
    ['an audit entry of the past', 'audit_entries', { at: new Date() }, { at: EARLIER }],
    ['an audit entry under an id of the past', 'audit_entries', { at: new Date() }, { id: EARLIER_ID }],
  ])('cannot add %s', async (_what, table, now, past) => {
    await addCopies(table, [now]);
    await expect(addCopies(table, [now, { ...now, ...past }, now])).rejects.toMatchObject({
      constraint: 'rows_are_in_time',
    });
    await expect(addCopies(table, [{ ...now, ...past }])).rejects.toMatchObject({
      constraint: 'rows_are_in_time',
      message: expect.stringMatching(/ is refused: .* the time of the database, 20\d\d-/),
      hint: expect.stringContaining('Let NTP set the clocks of both machines.'),
    });
    const refused = await addCopies(table, [{ ...now, ...past }]).catch((error: unknown) => error);
    expect([isDatabaseUnavailable(refused), whyUnavailable(refused)]).toEqual([
      true,
      'the database has another time than this server',
    ]);
  });

  test('cannot add one of the past through the role of it either, which a superuser takes; a superuser can', async () => {
    const superuser = new Client({ connectionString: app.database.superuserUrl });
    await superuser.connect();
    const past = { id: newId(), created_at: EARLIER };
    try {
      await superuser.query('begin');
      await addCopies('business_events', [past], superuser);
      await superuser.query('rollback');
      await superuser.query(`set role "${new URL(app.database.servingUrl).username}"`);
      await expect(addCopies('business_events', [past], superuser)).rejects.toMatchObject({
        constraint: 'rows_are_in_time',
      });
    } finally {
      await superuser.end();
    }
  });

  test('cannot close a request under a time at which it was not on the wire', async () => {
    for (const at of [EARLIER, LATER, 'infinity']) {
      const sql = `update webhook_request_logs set status = 'UNKNOWN', finished_at = $2 where id = $1`;
      await expect(serving.query(sql, [openRow, at])).rejects.toThrow(
        /^closing request [0-9a-f-]{36} is refused: finished_at /,
      );
    }
  });

  test.each(['business_event_id', 'webhook_id', 'document_type', 'reference_document', 'created_at'])(
    'cannot change %s of a delivery',
    async (column) => {
      await expect(serving.query(`update deliveries set ${column} = ${column}`)).rejects.toThrow(DENIED);
    },
  );

  test('cannot delete from the index that searches use', async () => {
    await expect(serving.query('delete from request_index')).rejects.toThrow(DENIED);
  });

  test('cannot rewrite what an event said', async () => {
    await expect(serving.query(`update business_events set event = 'on_cancel'`)).rejects.toThrow(DENIED);
  });

  test.each([
    'alter table webhook_request_logs disable trigger all',
    'drop trigger closed_rows_never_change on webhook_request_logs',
    'drop table webhook_request_logs',
    'alter table payloads detach partition payloads_default',
    'create table mine (id integer)',
    'create function mine() returns integer language sql as $$ select 1 $$',
    'create or replace function refuse_change() returns trigger language plpgsql as $$ begin return new; end $$',
    'set session_replication_role = replica',
    'set role hookledger_owner',
    `select user_named('somebody')`,
  ])('cannot: %s', async (sql) => {
    await expect(serving.query(sql)).rejects.toThrow(/permission denied|must be owner|does not exist/);
  });
});

describe('the owner of the tables', () => {
  test('cannot change a closed request', async () => {
    await expect(owner.query(`update webhook_request_logs set error = 'x' where id = $1`, [closedRow])).rejects.toThrow(
      WRITE_ONCE,
    );
  });

  test('cannot change it through its partition either', async () => {
    const partition = await partitionOf('webhook_request_logs');
    await expect(owner.query(`update ${partition} set error = 'x' where id = $1`, [closedRow])).rejects.toThrow(
      WRITE_ONCE,
    );
  });

  test('can only close an open request, not rewrite what was sent', async () => {
    const closing = `status = 'UNKNOWN', finished_at = now()`;
    for (const change of [`url = 'https://elsewhere.example'`, 'attempt_number = 9', `headers = '[]'`]) {
      const sql = `update webhook_request_logs set ${change}, ${closing} where id = $1`;
      await expect(owner.query(sql, [openRow])).rejects.toThrow(WRITE_ONCE);
    }
    const sql = `update webhook_request_logs set error = 'x' where id = $1`;
    await expect(owner.query(sql, [openRow])).rejects.toThrow(WRITE_ONCE);
  });

  test.each(RECORD)('cannot delete from or truncate %s', async (table) => {
    await expect(owner.query(`delete from ${table}`)).rejects.toThrow(WRITE_ONCE);
    await expect(owner.query(`truncate ${table}`)).rejects.toThrow(WRITE_ONCE);
  });

  test.each(['users', 'webhooks'])('cannot delete from or truncate %s, which the record names', async (table) => {
    await expect(owner.query(`delete from ${table}`)).rejects.toThrow(WRITE_ONCE);
    await expect(owner.query(`truncate ${table} cascade`)).rejects.toThrow(WRITE_ONCE);
  });

  test.each(PARTITIONED)('cannot delete from or truncate a partition of %s', async (table) => {
    const partition = await partitionOf(table);
    await expect(owner.query(`delete from ${partition}`)).rejects.toThrow(WRITE_ONCE);
    await expect(owner.query(`truncate ${partition}`)).rejects.toThrow(WRITE_ONCE);
  });

  test.each(['payloads', 'audit_entries', 'webhook_versions'])('cannot update %s', async (table) => {
    await expect(owner.query(`update ${table} set id = id`)).rejects.toThrow(WRITE_ONCE);
  });
});
