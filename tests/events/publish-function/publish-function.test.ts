import { Client, type Notification } from 'pg';
import { contentHash } from '../../../src/events/idempotency-keys';
import { timeOfId } from '../../../src/values/ids';
import { startTestApp, type TestApp } from '../../support/app';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook } from '../../support/webhooks';
import { countEvents, type Erp, type Given, publishEventBySql, startErp } from './erp';

let app: TestApp;
let partner: Receiver;
let erp: Erp;

const LOGIN = 'erp_of_publish_function_test';

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
  erp = await startErp(app, LOGIN);
  await createTestWebhook(app, partner.url, { documentType: 'Sales Invoice' });
});

beforeEach(() => {
  partner.calls.length = 0;
});

afterAll(async () => {
  await erp.stop();
  await app.stop();
  await partner.stop();
});

const publishBySql = (given: Given = {}, client = erp.client) => publishEventBySql(client, given);
const countOf = (reference: string) => countEvents(app, reference);

const callFor = (reference: string, limitMs?: number) =>
  waitFor(
    `the call for ${reference}`,
    () => partner.calls.find((call) => call.body.includes(`"${reference}"`)),
    limitMs,
  );

test('an event published in a transaction that commits is delivered', async () => {
  await erp.client.query('begin');
  await erp.client.query('create temporary table invoices (name text) on commit drop');
  await publishBySql({ reference: 'SQL-1', data: '{"name":"SQL-1"}' });
  await erp.client.query('commit');
  const call = await callFor('SQL-1');
  expect(JSON.parse(call.body.toString())).toMatchObject({ type: 'sales_invoice.on_submit', data: { name: 'SQL-1' } });
});

test('an event published in a transaction that rolls back is not stored', async () => {
  await erp.client.query('begin');
  await publishBySql({ reference: 'GONE', data: '{"name":"GONE"}' });
  await erp.client.query('rollback');
  await publishBySql({ reference: 'AFTER', data: '{"name":"AFTER"}' });
  await callFor('AFTER');
  expect(partner.calls).toHaveLength(1);
  expect(await countOf('GONE')).toBe(0);
});

test('nothing is sent before the commit', async () => {
  await erp.client.query('begin');
  await publishBySql({ reference: 'OPEN', data: '{"name":"OPEN"}' });
  const other = await erp.connect();
  await publishBySql({ reference: 'OTHER', data: '{"name":"OTHER"}' }, other);
  await other.end();
  await callFor('OTHER'); // published later, and not held up by the one that is open
  expect(partner.calls).toHaveLength(1);
  await erp.client.query('commit');
  await callFor('OPEN'); // its id is older than what was fanned out before it
});

test.each([
  '{"b" : 1.0, "a":  100.00 ,"b":2}',
  '[ 12345678901234567890, 1e400, -0.0 ]',
  '{"نوع":"فاتورة","emoji":"🧾👩‍👩‍👧","quote":"\\"\\u00e9\\\\"}',
  '  "text"  ',
])('the text of the data is kept as it was written: %s', async (data) => {
  const reference = `EXACT-${data.length}`;
  await publishBySql({ reference, documentType: 'Nobody', data });
  const [row] = await app.database.query<{ body: Buffer }>(
    'select p.body from business_events e join payloads p on p.id = e.payload_id where reference_document = $1',
    [reference],
  );
  expect(row?.body.toString()).toBe(data);
});

describe('bad arguments', () => {
  test.each<[string, Given, string]>([
    ['no document type', { documentType: null }, 'document_type must be 1 to 200 characters, not NULL'],
    ['an empty event', { event: '' }, "event must be 1 to 200 characters, not ''"],
    ['a reference of blanks', { reference: '   ' }, "reference_document must be 1 to 200 characters, not '   '"],
    ['a reference of white space', { reference: '\u00a0\t' }, 'reference_document must be 1 to 200 characters, not'],
    ['a reference with a line break', { reference: 'INV\n1' }, 'reference_document'],
    ['a reference that is too long', { reference: 'x'.repeat(201) }, 'reference_document must be 1 to 200 characters'],
    ['a reference with a control character beyond ASCII', { reference: 'INV\u00851' }, 'reference_document must not'],
    ['an empty user', { user: ' ' }, "user_name must be 1 to 200 characters, not ' '"],
    ['an empty key', { key: '' }, 'idempotency_key must be 1 to 200 characters'],
    ['a key of blanks', { key: ' \u3000' }, 'idempotency_key must be 1 to 200 characters, not'],
    ['a key that is too long', { key: 'x'.repeat(201) }, 'idempotency_key must be 1 to 200 characters, not'],
    ['a key with a tab', { key: 'a\tb' }, 'idempotency_key must not contain control characters'],
    ['no data', { data: null }, 'data must be JSON of at most 262144 bytes, not null'],
    [
      'too much data',
      { data: `"${'x'.repeat(262_143)}"` },
      'data must be JSON of at most 262144 bytes, not 262145 bytes',
    ],
    ['what is not JSON', { data: '{' }, 'invalid input syntax for type json'],
  ])('%s is refused, and the message says what would be right', async (_what, given, message) => {
    await expect(publishBySql({ documentType: 'Bad', ...given })).rejects.toThrow(message);
  });

  test('leave nothing behind, not even a user', async () => {
    await expect(publishBySql({ user: 'nobody-yet', event: '' })).rejects.toThrow();
    expect(await app.database.query(`select 1 from users where name = 'nobody-yet'`)).toEqual([]);
  });
});

test('as much data as is allowed is published, and processes that listen learn of it at once', async () => {
  const listener = await erp.connect();
  const heard: Notification[] = [];
  listener.on('notification', (each) => heard.push(each));
  await listener.query('listen hookledger');
  await publishBySql({ reference: 'LARGE', documentType: 'Nobody', data: `"${'x'.repeat(262_142)}"` });
  const { rows } = await erp.client.query<{ pid: number }>('select pg_backend_pid() as pid');
  await waitFor('its notification', () =>
    heard.some(({ processId, payload }) => processId === rows[0]?.pid && payload === 'events'),
  );
  await listener.end();
});

describe('who', () => {
  const usersOf = async (reference: string) => {
    const sql = `select a.name as acting, p.name as publisher from business_events e
      join users a on a.id = e.user_id join users p on p.id = e.published_by where reference_document = $1`;
    return (await app.database.query(sql, [reference]))[0];
  };

  test('is the login that published, where no user is named', async () => {
    await publishBySql({ reference: 'WHO-1', documentType: 'Nobody' });
    expect(await usersOf('WHO-1')).toEqual({ acting: LOGIN, publisher: LOGIN });
  });

  test('is the named user, who becomes known by it, without roles', async () => {
    await publishBySql({ reference: 'WHO-2', documentType: 'Nobody', user: 'سارة' });
    expect(await usersOf('WHO-2')).toEqual({ acting: 'سارة', publisher: LOGIN });
    expect(await app.database.query(`select roles from users where name = 'سارة'`)).toEqual([{ roles: [] }]);
  });
});

test('new_id() makes UUIDv7 of this very moment, all different', async () => {
  const begin = Date.now();
  const rows = await app.database.query<{ id: string }>('select new_id() as id from generate_series(1, 5000)');
  const end = Date.now();
  for (const { id } of rows) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(timeOfId(id).getTime()).toBeGreaterThanOrEqual(begin);
    expect(timeOfId(id).getTime()).toBeLessThanOrEqual(end);
  }
  expect(new Set(rows.map(({ id }) => id)).size).toBe(5000);
});

test('created_at is the time in the id, also of an event that had to wait for its key', async () => {
  const other = await erp.connect();
  const given = { reference: 'TIME', documentType: 'Nobody', key: 'time' };
  await other.query('begin');
  await publishBySql(given, other);
  await erp.client.query('begin');
  await erp.client.query('select pg_sleep(0.05)'); // its transaction is older than its event
  const begin = Date.now();
  const waiting = publishBySql(given);
  await other.query('select pg_sleep(0.2)');
  await other.query('rollback');
  await other.end();
  await waiting;
  await erp.client.query('commit');
  const [row] = await app.database.query<{ id: string; createdAt: Date }>(
    `select id, created_at as "createdAt" from business_events where reference_document = 'TIME'`,
  );
  expect(row?.createdAt).toEqual(timeOfId(row?.id as string));
  expect(row?.createdAt.getTime()).toBeGreaterThanOrEqual(begin);
});

test('the content hash in SQL and in Node agree, whatever the text', async () => {
  const odd = [
    '',
    ' ',
    'a:b',
    '3:abc',
    'فاتورة',
    '👩‍👩‍👧',
    '"quoted"',
    "it's",
    '\\',
    '{"a": 1.0}',
    'x'.repeat(5_000),
    '\u0001\n',
  ];
  for (const [index, text] of odd.entries()) {
    const parts = [text, 'on_submit', odd.at(index - 1) as string, 'user', odd.at(index - 2) as string];
    const [row] = await app.database.query<{ hash: Buffer }>(
      'select event_content_hash($1, $2, $3, $4, $5) as hash',
      parts,
    );
    expect(row?.hash.toString('hex')).toBe(contentHash(parts).toString('hex'));
  }
});

test.each([
  'select * from users',
  'select * from business_events',
  'select * from webhook_secrets',
  'insert into business_events (id) values (gen_random_uuid())',
  'update deliveries set held = true',
  'delete from idempotency_keys',
  'select * from delivery_jobs',
  `select user_named('intruder')`,
  'select missing_partitions(1)',
  `select make_partition('payloads_2030_01')`,
  'create table mine (id integer)',
])('a login with that one grant cannot: %s', async (sql) => {
  await expect(erp.client.query(sql)).rejects.toThrow(/permission denied/);
});

test('the caller cannot make the function look at tables of its own', async () => {
  const caller = await erp.connect();
  await caller.query('create temporary table users (id uuid, name text)');
  await caller.query(
    'create temporary table idempotency_keys (user_id uuid, key text, event_id uuid, content_hash bytea)',
  );
  await caller.query('set search_path = pg_temp, public');
  await publishBySql({ reference: 'SHADOW', documentType: 'Nobody', key: 'shadow' }, caller);
  await caller.end();
  expect(await countOf('SHADOW')).toBe(1);
});

describe('an idempotency key', () => {
  test('gives the first event again for the same content', async () => {
    const given = { reference: 'KEY-1', documentType: 'Nobody', key: 'k1', data: '{"a":1}' };
    const first = await publishBySql(given);
    expect(await publishBySql(given)).toBe(first);
    expect(await countOf('KEY-1')).toBe(1);
  });

  test('is refused for other content, with an error code for programs', async () => {
    await publishBySql({ reference: 'KEY-2', documentType: 'Nobody', key: 'k2' });
    const again = publishBySql({ reference: 'KEY-2', documentType: 'Nobody', key: 'k2', data: '{ }' });
    await expect(again).rejects.toMatchObject({ code: '23505' });
    await expect(again).rejects.toThrow("idempotency_key 'k2' was used for another event: use a new key");
  });

  test('that rolled back is free again', async () => {
    await erp.client.query('begin');
    await publishBySql({ reference: 'KEY-3', documentType: 'Nobody', key: 'k3' });
    await erp.client.query('rollback');
    await publishBySql({ reference: 'KEY-3b', documentType: 'Nobody', key: 'k3', data: '[]' });
    expect(await countOf('KEY-3b')).toBe(1);
  });

  test('is shared by the mutation and by SQL, where both publish as one user', async () => {
    const asErp = await keyOfErp();
    const data = '{"total": 1.0, "name": "فاتورة \\"١\\" 🧾"}';
    const input = `{ documentType: "Nobody", event: "on_submit", referenceDocument: "BOTH", data: $data,
      idempotencyKey: "both" }`;
    const body = `{"query":${JSON.stringify(
      `mutation ($data: JSON!) { publishEvents(input: { events: [${input}] }) { events { id duplicate } } }`,
    )},"variables":{"data":${data}}}`;
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${asErp}` },
      body,
    });
    const answer = (await response.json()) as { data: { publishEvents: { events: { id: string }[] } } };
    const [published] = answer.data.publishEvents.events;
    const again = await publishBySql({ reference: 'BOTH', documentType: 'Nobody', key: 'both', data });
    expect(again).toBe(published?.id);
    expect(await countOf('BOTH')).toBe(1);
  });

  test('two transactions with one key at the same instant make one event', async () => {
    const other = await erp.connect();
    const given = { reference: 'RACE', documentType: 'Nobody', key: 'race' };
    await erp.client.query('begin');
    const first = await publishBySql(given);
    const second = publishBySql(given, other);
    await erp.client.query('commit');
    expect(await second).toBe(first);
    await other.end();
    expect(await countOf('RACE')).toBe(1);
  });
});

test('twelve logins that publish one key at the same instant get one event', async () => {
  const clients = await Promise.all(Array.from({ length: 12 }, () => erp.connect()));
  const given = { reference: 'CROWD', documentType: 'Nobody', key: 'crowd', user: 'somebody new' };
  const ids = await Promise.all(clients.map((client) => publishBySql(given, client)));
  await Promise.all(clients.map((client) => client.end()));
  expect(new Set(ids).size).toBe(1);
  expect(await countOf('CROWD')).toBe(1);
  expect(await app.database.query(`select 1 from users where name = 'somebody new'`)).toHaveLength(1);
});

test('the second caller in REPEATABLE READ gets a serialization error, as in every such conflict', async () => {
  const other = await erp.connect();
  const given = { reference: 'REPEATABLE', documentType: 'Nobody', key: 'repeatable' };
  await other.query('begin isolation level repeatable read');
  await other.query('select 1'); // its snapshot is from before
  const first = await publishBySql(given);
  await expect(publishBySql(given, other)).rejects.toMatchObject({ code: '40001' });
  await other.query('rollback');
  expect(await publishBySql(given, other)).toBe(first);
  await other.end();
});

test('a key that two logins use stands for two events', async () => {
  const given = { reference: 'LOGINS', documentType: 'Nobody', key: 'logins' };
  const byErp = await publishBySql(given);
  const serving = new Client({ connectionString: app.database.servingUrl });
  await serving.connect();
  const byServing = await publishBySql(given, serving);
  expect(byServing).not.toBe(byErp);
  expect([await publishBySql(given), await publishBySql(given, serving)]).toEqual([byErp, byServing]);
  await serving.end();
  expect(await countOf('LOGINS')).toBe(2);
});

async function keyOfErp(): Promise<string> {
  const ask = async (query: string, input: object) => (await app.ask(query, { input })).data;
  const found = await app.ask(`{ users(where: { name: { eq: "${LOGIN}" } }) { nodes { id } } }`);
  const id = found.data.users.nodes[0].id;
  await ask('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { message } } }', {
    id,
    roles: ['PUBLISHER'],
  });
  const made = await ask('mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { token } }', {
    userId: id,
    label: 'erp',
  });
  return made.createApiKey.token;
}
