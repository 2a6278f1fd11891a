// An owner of the database who calls an edit an erasure: the record of an erased row contains digests alone.
import { LEAF_KINDS, type LeafKind } from '../../../src/evidence/formats/leaf-kinds';
import { seal } from '../../../src/evidence/seal';
import { LEAF_TABLES } from '../../../src/evidence/sealed-rows.store';
import { newId } from '../../../src/values/ids';
import { insertRandomRows } from '../random-rows';
import { addAuditor, exceptOfNobody, type Store, startStore, tamperWith, verify } from '../stored-tree';

const KINDS = Object.keys(LEAF_KINDS) as LeafKind[];
/** A column of each kind, with the value that stands for erased content. */
const ERASED: Record<LeafKind, string> = {
  request: `url = '[erased]', headers = null, reference_document = null, response_headers = null, response_body = null,
    error = null, remote_address = null`,
  audit: 'criteria = null, reason = null, remote_address = null, user_agent = null',
  event: `reference_document = '[erased]', idempotency_key = null, remote_address = null`,
  decision: 'message = null',
  name: `name = '[erased]', full_name = null`,
};
const FORGED: Record<LeafKind, string> = {
  request: `url = 'https://example.com/forged'`,
  audit: `reason = 'forged'`,
  event: `reference_document = 'forged'`,
  decision: `message = 'forged'`,
  name: `full_name = 'forged'`,
};

const SALTS: Partial<Record<LeafKind, string>> = {
  audit: 'criteria_salt = null, reason_salt = null, origin_salt = null',
};

let store: Store;
let ids: Record<LeafKind, string>;
/** The sealed entry about the erasure of the rows of `ids`. */
let order: string;

beforeEach(async () => {
  store = await startStore();
  await addAuditor(store);
  const { database } = store;
  ids = {} as typeof ids;
  for (const kind of KINDS) [ids[kind] = ''] = await insertRandomRows(database, LEAF_TABLES[kind].table, 1);
  await tamperWith(
    database,
    KINDS.flatMap((kind) => [
      `update ${LEAF_TABLES[kind].table} r set leaf_hash = ${kind}_leaf_hash(r)`,
      `insert into evidence_queue (kind, subject_ids, leaf_hashes)
       select ${LEAF_KINDS[kind]}, array[id], leaf_hash from ${LEAF_TABLES[kind].table}`,
    ]),
  );
  await sealAll();
  [{ id: order } = { id: '' }] = await database.query<{ id: string }>(
    `insert into audit_entries (id, at, action, actor_kind, details)
     select new_id(), date_trunc('milliseconds', now()), 'content.erased', 'SYSTEM',
       json_build_object('leaves', places, 'criteria', places, 'reasons', places, 'origins', places)::text
     from (select string_agg(leaf_index::text, ',') as places from evidence_leaves where subject_id = any($1::uuid[])) as l returning id`,
    [Object.values(ids)],
  );
  await sealAll();
  await tamper(...KINDS.map((kind) => erase(kind)));
});
afterEach(() => store.stop());

const tamper = (...statements: string[]) => tamperWith(store.database, statements);

async function sealAll(): Promise<void> {
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
}

const markErased = (kind: LeafKind, id: string, salts = 'content_salt = null') =>
  `update ${LEAF_TABLES[kind].table} r set
  erased_digests = content_digests(${kind}_record(r)), ${salts}, erasure_id = gen_random_uuid() where id = '${id}'`;
const erase = (kind: LeafKind) => markErased(kind, ids[kind], SALTS[kind]).replace(' where', `, ${ERASED[kind]} where`);

const found = async () =>
  exceptOfNobody(await verify(store, 'ROWS'))
    .map(({ name, kind, rowId }) => `${name} ${kind} ${rowId}`)
    .sort();

test('rows that were erased by order have no findings', async () => {
  expect(await found()).toEqual([]);
});

test('other content in a row that was erased by order is found', async () => {
  await tamper(
    'alter table audit_entries drop constraint audit_entries_erased_check',
    ...KINDS.map((kind) => `update ${LEAF_TABLES[kind].table} set ${FORGED[kind]} where id = '${ids[kind]}'`),
  );
  expect(await found()).toEqual(KINDS.map((kind) => `CHANGED ${kind} ${ids[kind]}`).sort());
});

test('an order that counts as erased itself covers no row, whatever stands in it now', async () => {
  await tamper(
    'alter table audit_entries alter column content_salt drop not null',
    'alter table audit_entries drop constraint audit_entries_erased_check',
    markErased('audit', order),
    `update audit_entries set details = '{"leaves":"0-1000"}' where id = '${order}'`,
  );
  const expected = [
    `CHANGED audit ${order}`,
    ...[...KINDS.map((kind) => [kind, ids[kind]]), ['audit', order]].map(
      ([kind, id]) => `ERASED_WITHOUT_ORDER ${kind} ${id}`,
    ),
  ];
  expect(await found()).toEqual(expected.sort());
});

test('a part of an entry is gone without an order if the order names another part', async () => {
  await tamper(`update audit_entries set details = replace(details, '"reasons"', '"others"') where id = '${order}'`);
  expect(await found()).toContain(`CHANGED audit ${order}`);
  const [other = ''] = await insertRandomRows(store.database, 'audit_entries', 1);
  await tamper(
    `update audit_entries set reason = 'They asked' where id = '${other}'`,
    `update audit_entries r set leaf_hash = audit_leaf_hash(r) where id = '${other}'`,
    `insert into evidence_queue (kind, subject_ids, leaf_hashes) select 2, array[id], leaf_hash from audit_entries where id = '${other}'`,
  );
  await sealAll();
  await store.database.query(
    `insert into audit_entries (id, at, action, actor_kind, details)
     select new_id(), date_trunc('milliseconds', now()), 'content.erased', 'SYSTEM', json_build_object('criteria', leaf_index::text)::text
     from evidence_leaves where subject_id = $1`,
    [other],
  );
  await sealAll();
  const without = `ERASED_WITHOUT_ORDER audit ${other}`;
  await tamper(`${markErased('audit', other, 'criteria_salt = null, criteria = null')}`);
  expect(await found()).not.toContain(without);
  await tamper(`${markErased('audit', other, 'reason_salt = null, reason = null')}`);
  expect(await found()).toContain(without);
});

test.each([
  ['with a time in the future', `now() + interval '1 year'`, ['NOT_SEALED']],
  ['that does not wait to be sealed', 'now()', []],
])('an order %s covers no row', async (_, at, findings) => {
  const id = '01a21111-1111-7111-9111-111111111111';
  await tamper(
    `delete from evidence_leaves where subject_id = '${order}'`,
    `delete from audit_entries where id = '${order}'`,
    `insert into audit_entries (id, at, action, actor_kind, details, leaf_hash)
     values ('${id}', date_trunc('milliseconds', ${at}), 'content.erased', 'SYSTEM', '{"leaves":"0-1000"}', sha256(''))`,
  );
  const expected = [
    'DELETED null null',
    ...findings.map((name) => `${name} audit ${id}`),
    ...KINDS.map((kind) => `ERASED_WITHOUT_ORDER ${kind} ${ids[kind]}`),
  ];
  expect(await found()).toEqual(expected.sort());
});

test('a body that replaced another one, which is called erased, is found', async () => {
  const { database } = store;
  const [row] = await database.query<{ id: string }>(
    `with p as (insert into payloads (id, body, byte_length, content_type)
       values (new_id(), '{"n":1}', 7, 'application/json') returning id, body_digest)
     insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, payload_id, body_digest,
       started_at, finished_at)
     select new_id(), 'OUTGOING', 'SUCCEEDED', 1, false, 'POST', 'https://example.com/', id, body_digest, t.at, t.at
     from p, (select date_trunc('milliseconds', now()) as at) as t returning id`,
  );
  await sealAll();
  // the other rows have no bodies
  const aboutIt = async () => (await verify(store, 'CONTENT')).filter(({ rowId }) => rowId === row?.id);
  expect(await aboutIt()).toEqual([]);
  await tamper(
    'alter table payloads drop constraint payloads_erased_check',
    `update payloads set erased_digest = encode(evidence_digest(body_salt, 'body', body), 'hex'), body_salt = null,
       body = '{"n":2}'`,
  );
  expect((await aboutIt()).map(({ name }) => name)).toEqual(['CHANGED']);
});

test('a delivery that was given up, and counts as delivered without a request that succeeded, is found', async () => {
  const [delivery, decision] = [newId(), newId()];
  await tamper(
    `insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document, status,
       attempts, held, created_at, finished_at)
     select '${delivery}', '${delivery}', '${delivery}', '${delivery}', 'Sales Invoice', 'on_submit', 'SINV-1', 'EXHAUSTED', 1,
       false, at, at from (select date_trunc('milliseconds', now()) as at) as t`,
    `insert into delivery_decisions (id, at, attempts, business_event_id, delivery_id, status, webhook_id, leaf_hash)
     select '${decision}', finished_at, 1, id, id, 'EXHAUSTED', id, sha256('') from deliveries where id = '${delivery}'`,
    `update delivery_decisions x set leaf_hash = decision_leaf_hash(x) where id = '${decision}'`,
    `insert into evidence_queue (kind, subject_ids, leaf_hashes)
     select 4, array[id], leaf_hash from delivery_decisions where id = '${decision}'`,
  );
  await sealAll();
  expect(await found()).toEqual([]);
  await tamper(`update deliveries set status = 'DELIVERED' where id = '${delivery}'`);
  expect(await found()).toEqual([`CHANGED decision ${decision}`]);
});
