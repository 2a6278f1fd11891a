// What an erasure takes of the audit trail, the replays and the exports of others: criteria that name what is erased, and nothing more
// without an approval.

import { erasePastLimits } from '../../../src/privacy/erasing/erase-past-limits';
import { noJournal } from '../../../src/privacy/erasing/journal';
import { uuidOf } from '../../../src/values/ids';
import { newReader } from '../../audit/reader';
import { agree, callStandard } from '../../incoming/callers';
import { useTestApi } from '../../support/app';
import { mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { invoice, publish } from '../../support/webhooks';
import { approve } from './approve';
import { type Orders, ordersOf } from './orders';

const app = useTestApi();
let orders: Orders;
let auditor: string;

beforeAll(async () => {
  orders = await ordersOf(app);
  auditor = (await newReader(app, 'AUDITOR')).key;
});
afterAll(() => orders.stop());

/** Reads a list by a document, under this name of the operation, and waits until it is recorded. */
async function read(where: object, operation: string): Promise<string> {
  const query = `query ${operation}($where: WebhookRequestLogWhere) {
    webhookRequestLogs(where: $where) { totalCount nodes { data response } } }`;
  expect((await app.ask(query, { where }, auditor)).errors).toBeUndefined();
  return waitFor('the reading to be recorded', async () => {
    const [entry] = await app.database.prepared<{ id: string }>(
      `select id from audit_entries where action = 'content.read' and details::json ->> 'operation' = $1`,
      [operation],
    );
    return entry?.id;
  });
}

const exported = async (where: object) =>
  uuidOf(
    'Export',
    (await mutate(app, 'exportWebhookRequestLogs', { where, format: 'NDJSON' }, 'export { id }')).export.id,
  );
const replayed = async (where: object, reason = 'outage of last week') =>
  uuidOf('Replay', (await mutate(app, 'replayDeliveries', { where, reason }, 'replay { id }')).replay.id);

type Row = Record<string, unknown>;

/** All that entries, exports and replays of others say. @param known these entries alone: others are recorded meanwhile */
async function thingsOfOthers(known?: { entries: Row[] }) {
  const { database } = app;
  const ids = new Set(known?.entries.map(({ id }) => id));
  const entries = await database.query<Row>(
    `select id, action, actor_id, subject_id, criteria, details, reason, remote_address, user_agent
     from audit_entries where action not like 'erasure.%' and action <> 'content.erased' order by id`,
  );
  return {
    entries: entries.filter(({ id }) => !known || ids.has(id)),
    exports: await database.query<Row>('select id, condition, expires_at from exports order by id'),
    replays: await database.query<Row>('select id, condition, reason, status from replays order by id'),
  };
}

const byDocument = (name: string) => ({ referenceDocument: { eq: name } });

/** The names that one-row orders had: a word of a field, a format, an operation, a filter, a reason, or of an operator. */
const PLANTED = [
  'WebhookRequestLog.data',
  'WebhookRequestLog.response',
  'WebhookRequestLog.responseBody',
  'NDJSON',
  'outage',
  'FAILED',
  'EXHAUSTED',
  'webhookRequestLogs',
  'Weekly',
  'where',
  'eq',
  'referenceDocument',
  'documents',
  'last week',
  'Sales Invoice',
  '127.0.0.1',
  'Mutation.pauseWebhook',
];

async function plantThings(): Promise<void> {
  const where = { ...byDocument('REAL-1'), status: { eq: 'FAILED' }, documentType: { eq: 'Sales Invoice' } };
  await publish(app, [invoice('REAL-1')]);
  await read(where, 'Weekly');
  await exported(where);
  await replayed({ ...byDocument('REAL-1'), status: { eq: 'EXHAUSTED' } });
  await app.database.query(`insert into audit_entries (id, at, action, actor_kind, outcome, details)
    select id, to_timestamp(ms_of_id(id) / 1000.0), 'access.denied', 'USER', 'DENIED', '{"field":"Mutation.pauseWebhook","count":1}'
    from new_id() as id`);
}

test('17 orders of one row, named as words of entries, take nothing of others', async () => {
  await plantThings();
  await publish(
    app,
    PLANTED.map((name) => invoice(name)),
  );
  const before = await thingsOfOthers();
  for (const name of PLANTED) expect(await orders.order(name)).toMatchObject({ status: 'ORDERED', otherCount: 0 });
  expect(await orders.carryOut()).toEqual({ status: 'DONE', because: null });
  const erased = await app.database.query(`select from business_events where erasure_id is not null`);
  expect(erased).toHaveLength(PLANTED.length);
  expect(await thingsOfOthers(before)).toEqual(before);
});

test('a partner whose call names itself as a field, and a publisher who names a user so, take nothing', async () => {
  const place = { referenceLocation: { from: 'JSON', name: '$.ref' } };
  const agreed = await agree(app, { name: 'Planter', documentType: 'Planted', ...place });
  for (const ref of PLANTED.slice(0, 4)) await callStandard(agreed, JSON.stringify({ type: 'paid', ref }));
  await publish(
    app,
    PLANTED.map((user) => invoice('OF-PLANTED', { user })),
  );
  const before = await thingsOfOthers();
  for (const name of PLANTED.slice(0, 4)) {
    expect(await orders.order(name, 'Planted')).toMatchObject({ status: 'ORDERED', otherCount: 0 });
  }
  for (const name of PLANTED) {
    const [user] = await app.database.query<{ id: string }>('select id from users where name = $1', [name]);
    const userId = `usr_${user?.id.replaceAll('-', '')}`;
    const { erasure } = await mutate(app, 'erasePerson', { userId, reason: 'Art. 17' }, 'erasure { status }');
    expect(erasure.status).toBe('ORDERED');
  }
  expect(await orders.carryOut()).toMatchObject({ status: 'DONE' });
  expect(await thingsOfOthers(before)).toEqual(before);
});

test('criteria go with the last row of the name, and leave the rest of the entry', async () => {
  await publish(app, [invoice('TWICE-1'), { ...invoice('TWICE-1'), documentType: 'Order' }]);
  const entry = await read(byDocument('TWICE-1'), 'ReadTwice');
  const of = async () => (await thingsOfOthers()).entries.find((each) => each.id === entry);
  const before = await of();
  await orders.order('TWICE-1');
  expect(await orders.carryOut()).toMatchObject({ status: 'DONE' });
  expect(await of()).toEqual(before);
  await orders.order('TWICE-1', 'Order');
  expect(await orders.carryOut()).toMatchObject({ status: 'DONE' });
  expect(await of()).toEqual({ ...before, criteria: null });
});

test('an open replay and a valid export are counted, need an approval, and end when the order is approved', async () => {
  await publish(app, [invoice('OPEN-1')]);
  const [exportId, replayId] = [
    await exported(byDocument('OPEN-1')),
    await replayed(byDocument('OPEN-1'), 'They lost it'),
  ];
  const { data } = await app.ask(
    'mutation { previewErasure(input: { target: { businessDocument: { documentType: "Sales Invoice", name: "OPEN-1" } } }) { preview { rowCount reasonCount replayCount exportCount needsSecondPerson } } }',
  );
  const counted = { rowCount: 1, reasonCount: 0, replayCount: 1, exportCount: 1, needsSecondPerson: true };
  expect(data.previewErasure.preview).toEqual(counted);
  const erasure = await orders.order('OPEN-1');
  expect(erasure).toMatchObject({ status: 'REQUESTED', otherCount: 2 });
  await approve(app);
  expect(await orders.carryOut()).toEqual({ status: 'DONE', because: null });
  const { exports, replays } = await thingsOfOthers();
  expect(exports.find(({ id }) => id === exportId)).toMatchObject({ condition: '{"erased":true}' });
  expect(replays.find(({ id }) => id === replayId)).toMatchObject({
    condition: '{"erased":true}',
    reason: 'They lost it',
    status: 'CANCELLED',
  });
});

test('what names the document only after the order waits until it has ended', async () => {
  await publish(app, [invoice('LATER-1')]);
  expect(await orders.order('LATER-1')).toMatchObject({ status: 'ORDERED', otherCount: 0 });
  const id = await exported(byDocument('LATER-1'));
  const because = 'A replay that is open or an export that is valid names them, and the order was not approved.';
  expect(await orders.carryOut()).toEqual({ status: 'DEFERRED', because });
  await app.database.query('update exports set expires_at = now() where id = $1', [id]);
  expect(await orders.carryOut()).toEqual({ status: 'DONE', because: null });
});

/** A hold that covers an entry, as each of these does. */
const holds = (actor: string): Record<string, object> => ({
  'its actor': { userId: actor },
  'the document that it names': { documentType: 'Other', referenceDocument: 'COVERED-2' },
});
test.each(['its actor', 'the document that it names'])(
  'rule 2: a hold on %s keeps an entry, and the row with it',
  async (what) => {
    const name = what === 'its actor' ? 'COVERED-1' : 'COVERED-2';
    await publish(app, [invoice(name)]);
    const entry = await read(byDocument(name), `Covered${name.at(-1)}`);
    const [{ actor } = { actor: '' }] = await app.database.query<{ actor: string }>(
      'select actor_id as actor from audit_entries where id = $1',
      [entry],
    );
    const hold = { name: 'Case 3', reason: 'The court asked', ...holds(`usr_${actor.replaceAll('-', '')}`)[what] };
    expect((await mutate(app, 'placeLegalHold', hold, 'legalHold { id }')).userErrors).toEqual([]);
    await orders.order(name);
    expect(await orders.carryOut()).toEqual({ status: 'DEFERRED', because: 'A legal hold covers them.' });
    const stored = async () =>
      app.database.query(
        `select criteria is not null as named, (select count(*)::int from business_events where reference_document = $2) as rows
       from audit_entries where id = $1`,
        [entry, name],
      );
    expect(await stored()).toEqual([{ named: true, rows: 1 }]);
    await app.database.query('alter table legal_holds disable trigger user');
    await app.database.query('delete from legal_holds');
    await app.database.query('alter table legal_holds enable trigger user');
    expect(await orders.carryOut()).toEqual({ status: 'DONE', because: null });
    expect(await stored()).toEqual([{ named: false, rows: 0 }]);
  },
);

test('a limit takes criteria alone, and waits while an export is valid', async () => {
  const { database } = app;
  const [old] = await database.query<{ id: string }>(
    `insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, headers, reference_document,
       started_at, finished_at, webhook_id)
     select overlay(new_id()::text placing left(first_id_at(t.at)::text, 13) from 1 for 13)::uuid, 'OUTGOING', 'SUCCEEDED', 1, false,
       'POST', 'https://partner.example.com/', '[]', 'AGED-1', t.at, t.at, w.id
     from (select date_trunc('milliseconds', now() - interval '3 days') as at) as t, webhooks w limit 1 returning id`,
  );
  const reading = await read(byDocument('AGED-1'), 'Aged');
  const exportId = await exported(byDocument('AGED-1'));
  const [reason] = await database.query<{ id: string }>(
    `insert into audit_entries (id, at, action, actor_kind, subject_id, reason)
     select id, to_timestamp(ms_of_id(id) / 1000.0), 'content.revealed', 'SYSTEM', $1, 'They asked' from new_id() as id returning id`,
    [old?.id],
  );
  await mutate(app, 'setRetention', { contentDays: 1, reason: 'Our policy' });
  await database.query(`update retention_limits set changed_at = changed_at - interval '1 day'`);
  await orders.sealAll();
  const parts = { db: orders.store.source.manager, transaction: orders.store.transaction, journal: noJournal };
  expect(await erasePastLimits(parts)).toBe(0);
  await database.query('update exports set expires_at = now() where id = $1', [exportId]);
  expect(await erasePastLimits(parts)).toBe(1);
  const { entries, exports } = await thingsOfOthers();
  const [first, second] = [reading, reason?.id].map((id) => entries.find((each) => each.id === id));
  expect(first).toMatchObject({
    criteria: null,
    details: expect.stringContaining('Aged'),
    remote_address: '127.0.0.1',
  });
  expect(second).toMatchObject({ reason: 'They asked' });
  expect(exports.find(({ id }) => id === exportId)).toMatchObject({ condition: '{"erased":true}' });
});
