// After an erasure its name stands nowhere in the database, except where docs/privacy.md says so; and what it takes of entries about
// its rows, if it was approved.
import { uuidOf } from '../../../src/values/ids';
import { newReader, type Reader } from '../../audit/reader';
import { tamperWith } from '../../evidence/stored-tree';
import { useTestApi } from '../../support/app';
import { mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { rowsWith } from '../rows-with';
import { approve } from './approve';
import { type Orders, ordersOf } from './orders';

const app = useTestApi();
let orders: Orders;
let reader: Reader;
let webhook: string;

beforeAll(async () => {
  orders = await ordersOf(app);
  reader = await newReader(app, 'AUDITOR');
  webhook = (await createTestWebhook(app, 'http://127.0.0.1:9/')).id;
});
afterAll(() => orders.stop());

/** Names a document wherever a caller can give its name. */
async function nameEverywhere(name: string): Promise<void> {
  const where = { referenceDocument: { eq: name } };
  const key = reader.key;
  const list =
    'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { nodes { data } totalCount } }';
  await app.ask(list, { where: { or: [{ referenceDocument: { in: ['x', name] } }, { businessEvent: where }] } }, key);
  await app.ask(list, { where: { not: { referenceDocument: { startsWith: name } } } }, key);
  await app.ask(list, { where: { search: name.toLowerCase() } }, key);
  await app.ask('query ($text: String!) { search(text: $text) { __typename } }', { text: name }, key);
  await app.ask(
    'query ($where: BusinessEventWhere) { businessEvents(where: $where) { nodes { data } } }',
    { where },
    key,
  );
  await mutate(app, 'exportWebhookRequestLogs', { where, format: 'CSV' }, 'export { id }');
  await mutate(app, 'replayDeliveries', { where, reason: 'They lost it' }, 'replay { id }');
  const given = { documentType: 'Sales Invoice', event: 'on_submit', referenceDocument: name, data: { name } };
  expect((await mutate(app, 'previewWebhook', { id: webhook, sample: { given } })).userErrors).toEqual([]);
  await waitFor('the readings to be recorded', async () => {
    const rows = await app.database.prepared(
      `select 1 from audit_entries where action = 'content.read' and criteria ilike $1`,
      [`%${name}%`],
    );
    return rows.length === 5;
  });
}

test('the name of a document stands nowhere, but where the page says so', async () => {
  const name = 'Xanthippe-1';
  await publish(app, [invoice(name, { idempotencyKey: `key of ${name}` })]);
  await nameEverywhere(name);
  const before = await rowsWith(app.database, name);
  expect(before).toMatchObject({ audit_entries: 8, exports: 1, replays: 1, business_events: 1, payloads: 1 });
  await mutate(app, 'pauseWebhook', { id: webhook, reason: `${name} must not be sent` });
  await app.ask('query ($text: String!) { search(text: $text) { __typename } }', { text: `about ${name}` }, reader.key);
  await waitFor('the reading to be recorded', async () => {
    const rows = await app.database.prepared(`select 1 from audit_entries where criteria like '%about ${name}%'`);
    return rows.length > 0;
  });
  await orders.order(name);
  await approve(app);
  expect(await orders.carryOut()).toEqual({ status: 'DONE', because: null });
  // a reason and its copy at the webhook; words of a search
  expect(await rowsWith(app.database, name)).toEqual({ audit_entries: 2, webhooks: 1 });
  const { data } = await app.ask(
    '{ auditEntries(where: { action: { eq: "content.read" } }) { nodes { details criteria } } }',
  );
  expect(data.auditEntries.nodes.every((entry: { details: object }) => entry.details !== null)).toBe(true);
});

async function revealed(name: string): Promise<{ event: string; entry: string }> {
  const [id] = await publish(app, [invoice(name)]);
  const event = uuidOf('BusinessEvent', id ?? '') as string;
  const [row] = await app.database.query<{ id: string }>(
    `insert into audit_entries (id, at, action, actor_id, actor_kind, subject_type, subject_id, reason, remote_address)
     select id, to_timestamp(ms_of_id(id) / 1000.0), 'content.revealed', $2, 'USER', 'BusinessEvent', $1, 'Ticket 4711', '192.0.2.7'
     from new_id() as id returning id`,
    [event, reader.userId],
  );
  return { event, entry: row?.id as string };
}

const reasonOf = async (id: string) =>
  (await app.database.query('select reason, remote_address as address from audit_entries where id = $1', [id]))[0];
const isErased = async (event: string) =>
  (await app.database.query('select from business_events where id = $1 and erasure_id is not null', [event])).length ===
  1;

test('the reason of an entry about a row goes with an approval, and the address stays', async () => {
  const { event, entry } = await revealed('REVEALED-1');
  const erasure = await orders.order('REVEALED-1');
  expect(erasure).toMatchObject({ status: 'REQUESTED', otherCount: 1 });
  await approve(app);
  expect(await orders.carryOut()).toEqual({ status: 'DONE', because: null });
  expect([await isErased(event), await reasonOf(entry)]).toEqual([true, { reason: null, address: '192.0.2.7' }]);
});

test('without one it stays, if it was given after the order', async () => {
  await publish(app, [invoice('REVEALED-2')]);
  expect(await orders.order('REVEALED-2')).toMatchObject({ status: 'ORDERED', otherCount: 0 });
  const [row] = await app.database.query<{ id: string }>(
    `insert into audit_entries (id, at, action, actor_kind, subject_id, reason)
     select m.id, to_timestamp(ms_of_id(m.id) / 1000.0), 'content.revealed', 'SYSTEM', e.id, 'Ticket 4712'
     from new_id() as m (id), business_events e where e.reference_document = 'REVEALED-2' returning id`,
  );
  expect(await orders.carryOut()).toEqual({ status: 'DONE', because: null });
  expect(await reasonOf(row?.id ?? '')).toMatchObject({ reason: 'Ticket 4712' });
});

test('rule 2: a hold on the actor keeps the reason, and not the row', async () => {
  const { event, entry } = await revealed('REVEALED-3');
  const hold = { name: 'Case 4', userId: `usr_${reader.userId.replaceAll('-', '')}`, reason: 'The court asked' };
  await mutate(app, 'placeLegalHold', hold, 'legalHold { id }');
  await orders.order('REVEALED-3');
  await approve(app);
  expect(await orders.carryOut()).toEqual({ status: 'DEFERRED', because: 'A legal hold covers them.' });
  expect([await isErased(event), await reasonOf(entry)]).toMatchObject([true, { reason: 'Ticket 4711' }]);
  await tamperWith(app.database, ['delete from legal_holds']);
  expect(await orders.carryOut()).toEqual({ status: 'DONE', because: null });
  expect(await reasonOf(entry)).toMatchObject({ reason: null });
});

test('rule 3: a minimum keeps the reason of an entry that is younger', async () => {
  const { entry } = await revealed('REVEALED-4');
  await orders.order('REVEALED-4');
  await approve(app);
  await orders.sealAll();
  await tamperWith(app.database, [
    `insert into retention_limits (id, minimum_days, minimum_reason, reason, changed_by, changed_at)
     select '00000000-0000-0000-0000-000000000000', 1, 'A law', 'A law', id, now() from users limit 1`,
    // as if the row was older than the minimum
    `update business_events set created_at = created_at - interval '2 days' where reference_document = 'REVEALED-4'`,
    `update business_events e set leaf_hash = event_leaf_hash(e) where reference_document = 'REVEALED-4'`,
  ]);
  const because = 'The minimum for which they are kept has not passed.';
  expect(await orders.carryOut()).toEqual({ status: 'DEFERRED', because });
  expect(await reasonOf(entry)).toMatchObject({ reason: 'Ticket 4711' });
  await app.database.query('delete from retention_limits');
  expect(await orders.carryOut()).toEqual({ status: 'DONE', because: null });
  expect(await reasonOf(entry)).toMatchObject({ reason: null });
});

test('who has seen a document is found by its name in the criteria', async () => {
  const name = 'SEEN-1';
  await nameEverywhere(name);
  const query = `query ($where: AuditEntryWhere) { auditEntries(where: $where) { nodes { action criteria } totalCount } }`;
  const found = async (where: object, key?: string) => (await app.ask(query, { where }, key)).data.auditEntries;
  const all = await found({ criteria: { contains: name } });
  expect(all.nodes.map(({ action }: { action: string }) => action).sort()).toEqual([
    ...Array.from({ length: 5 }, () => 'content.read'),
    'export.ordered',
    'replay.ordered',
    'webhook.previewed',
  ]);
  const reads = { action: { eq: 'content.read' } };
  expect((await found({ ...reads, criteria: { containsAny: ['nothing', name] } })).totalCount).toBe(5);
  expect((await found({ criteria: { contains: 'SEEN' } })).totalCount).toBe(0);
  // searches are content
  await mutate(app, 'createMaskingRule', { roles: ['AUDITOR'], part: 'DATA', path: '$', strategy: 'HIDE' });
  expect((await found({ ...reads, criteria: { contains: name } }, reader.key)).totalCount).toBe(3);
});
