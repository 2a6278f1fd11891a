/** @jest-environment node */
// Rows of the record that name a user or a webhook that does not exist, which no foreign key refuses.
import { newId } from '../../src/values/ids';
import { useTestDatabase } from '../support/database';

const database = useTestDatabase();
let userId: string;
let webhookId: string;
const STRANGER = '01900000-0000-7000-8000-000000000000';

beforeAll(async () => {
  [userId, webhookId] = [newId(), newId()];
  await database.query(
    `insert into users (id, name, roles, active, created_at, updated_at) values ($1, 'u', '{}', true, now(), now())`,
    [userId],
  );
  await database.query(
    `insert into webhooks (id, name, direction, status, events, timeout_ms, owner_id, created_at, updated_at)
     values ($1, 'w', 'OUTGOING', 'ACTIVE', '{}', 1000, $2, now(), now())`,
    [webhookId, userId],
  );
});

/** Inserts one row for each of these, in one statement. */
const insert = (table: string, rows: object[]) =>
  database.query(
    `insert into ${table} (id, ${Object.keys(rows[0] as object)}) select id, ${Object.keys(rows[0] as object)}
     from json_populate_recordset(null::${table}, $1)`,
    [JSON.stringify(rows.map((row) => ({ id: newId(), ...row })))],
  );

const EVENT = { document_type: 'Invoice', event: 'on_submit', reference_document: 'INV-1', created_at: new Date() };
const events = (...people: { user_id: string; published_by: string }[]) =>
  insert(
    'business_events',
    people.map((each) => ({
      ...EVENT,
      ...each,
      payload_id: newId(),
      cause_path: [],
      content_salt: '\\x00',
      body_digest: '\\x00',
    })),
  );
const deliveries = (...rows: { user_id: string; webhook_id: string }[]) =>
  insert(
    'deliveries',
    rows.map((each) => ({
      ...EVENT,
      ...each,
      business_event_id: newId(),
      test: false,
      status: 'PENDING',
      attempts: 0,
      round_start: 0,
      held: false,
      blocks: false,
      cancel_requested: false,
    })),
  );
const requests = (...rows: { user_id: string | null; webhook_id: string | null }[]) =>
  insert(
    'webhook_request_logs',
    rows.map((each) => ({
      ...each,
      direction: 'OUTGOING',
      status: 'PENDING',
      attempt_number: 1,
      duplicate: false,
      test: false,
      method: 'POST',
      url: 'https://example.com/',
      started_at: new Date(),
      content_salt: '\\x00',
    })),
  );

// before PostgreSQL 18 its foreign keys refuse them first
const UNKNOWN = { code: '23503' };

test('a user or webhook that does not exist is refused, also in one of several rows', async () => {
  const known = { user_id: userId, published_by: userId };
  await expect(events(known, { ...known, user_id: STRANGER })).rejects.toMatchObject(UNKNOWN);
  await expect(events({ ...known, published_by: STRANGER })).rejects.toMatchObject(UNKNOWN);
  const delivery = { user_id: userId, webhook_id: webhookId };
  for (const insertInto of [deliveries, requests]) {
    await expect(insertInto(delivery, { ...delivery, user_id: STRANGER })).rejects.toMatchObject(UNKNOWN);
    await expect(insertInto({ ...delivery, webhook_id: STRANGER })).rejects.toMatchObject(UNKNOWN);
  }
});

test('the error names what does not exist', async () => {
  await database.query('set role hookledger_owner');
  const check = (users: string[], webhooks: string[]) =>
    database.query(`select are_known('requests', $1::uuid[], $2::uuid[])`, [users, webhooks]);
  await expect(check([userId, STRANGER], [webhookId, STRANGER])).rejects.toThrow(
    `insert into requests is refused: there is no user ${STRANGER}, webhook ${STRANGER}`,
  );
  expect(await check([userId, userId], [])).toEqual([{ are_known: true }]);
  await database.query('reset role');
});

test('rows of several people are accepted, whoever of them published', async () => {
  const other = newId();
  await database.query(
    `insert into users (id, name, roles, active, created_at, updated_at) values ($1, 'o', '{}', true, now(), now())`,
    [other],
  );
  const id = { user_id: userId, published_by: userId };
  await events(id, { user_id: userId, published_by: other }, { user_id: other, published_by: other });
  await deliveries({ user_id: userId, webhook_id: webhookId }, { user_id: other, webhook_id: webhookId });
  await requests({ user_id: null, webhook_id: null }, { user_id: other, webhook_id: webhookId });
  expect(await database.query('select count(*)::int as n from business_events')).toEqual([{ n: 3 }]);
});

test('what rows name keeps its id, and rows of deliveries keep their names', async () => {
  await deliveries({ user_id: userId, webhook_id: webhookId });
  for (const change of [
    'update users set id = new_id()',
    'update webhooks set id = new_id()',
    'update deliveries set user_id = new_id()',
    'update deliveries set webhook_id = new_id()',
  ]) {
    await expect(database.query(change)).rejects.toThrow('the record is write-once');
  }
});
