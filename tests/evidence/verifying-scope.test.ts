// verifyEvidence of a part of the log.
import { seal } from '../../src/evidence/seal';
import { RowCheck } from '../../src/evidence/verifying/check-rows';
import { DroppedMonths } from '../../src/evidence/verifying/dropped-months';
import type { Scope } from '../../src/evidence/verifying/scope';
import { Findings } from '../../src/evidence/verifying/tree/findings';
import { storedLeaves } from '../../src/evidence/verifying/tree/tree-rows.store';
import { verifyNext } from '../../src/evidence/verifying/verify-run';
import { FIRST_ID, newId, toNodeId } from '../../src/values/ids';
import { useTestApi } from '../support/app';
import { openStore, type Store, tamperWith, trustOf, verify } from './stored-tree';

const INSERT = `insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, started_at,
    finished_at)
  select new_id(), 'OUTGOING', 'SUCCEEDED', 1, false, 'POST', 'https://example.com/' || n, t.at, t.at
  from generate_series(1, 4) as n, (select date_trunc('milliseconds', clock_timestamp()) as at) as t returning id`;

const app = useTestApi();
let store: Store;
let early: string[];
let late: string[];
let between: string;

beforeAll(async () => {
  store = await openStore(app.database);
  early = await inserted();
  between = new Date(Date.now() + 5).toISOString();
  await new Promise((resolve) => setTimeout(resolve, 20));
  late = await inserted();
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
  await tamperWith(app.database, [
    `update webhook_request_logs set status = 'FAILED' where id in ('${early[0]}', '${late[0]}')`,
    `delete from webhook_request_logs where id in ('${early[1]}', '${late[1]}', '${late[2]}')`,
    `delete from evidence_leaves where subject_id = '${late[2]}'`,
  ]);
});
afterAll(() => store.source.destroy());

async function inserted(): Promise<string[]> {
  const rows = await app.database.query<{ id: string }>(INSERT);
  return rows.map(({ id }) => id).sort();
}

const range = (from: string, to: string): Scope => ({ kind: 'RANGE', from, to, ids: null });
const named = (...ids: (string | undefined)[]): Scope => {
  const nodes = ids.map((id) => toNodeId('WebhookRequestLog', id as string));
  return { kind: 'IDS', from: null, to: null, ids: nodes };
};
async function found(scope: Scope, depth: 'TREE' | 'ROWS' | 'CONTENT' = 'CONTENT') {
  return (await verify(store, depth, [], scope)).map(({ name, rowId }) => [name, rowId]);
}

test('a range finds what was done to its rows alone, and not a deletion whose place was removed', async () => {
  const past = '2020-01-01T00:00:00.000Z';
  const future = '2100-01-01T00:00:00.000Z';
  for (const depth of ['ROWS', 'CONTENT'] as const) {
    expect(await found(range(past, between), depth)).toEqual([
      ['CHANGED', early[0]],
      ['DELETED', early[1]],
    ]);
  }
  expect(await found(range(between, future))).toEqual([
    ['CHANGED', late[0]],
    ['DELETED', late[1]],
  ]);
  expect(await found(range(past, future), 'TREE')).toEqual([]);
  expect(await found(range(past, '2020-01-02T00:00:00.000Z'))).toEqual([]);
});

test('ids find what was done to these rows, and those of which nothing is left', async () => {
  expect(await found(named(early[2], late[3]))).toEqual([]);
  expect(await found(named(early[0], late[1], late[2]))).toEqual([
    ['CHANGED', early[0]],
    ['DELETED', late[1]],
    ['DELETED', late[2]],
  ]);
  const delivery = toNodeId('Delivery', newId());
  expect(await verify(store, 'ROWS', [], { ...named(), ids: [delivery] })).toMatchObject([
    { name: 'DELETED', kind: null, message: expect.stringContaining(delivery) },
  ]);
});

test('the whole tree is verified with any scope', async () => {
  const [head] = await app.database.query<{ checkpoint: string }>(
    'select checkpoint from evidence_heads order by tree_size desc limit 1',
  );
  await tamperWith(app.database, [`update evidence_heads set checkpoint = replace(checkpoint, '/1', '/2')`]);
  expect(await found(named(early[2]))).toEqual([['BAD_HEAD', null]]);
  await tamperWith(app.database, [`update evidence_heads set checkpoint = '${head?.checkpoint}'`]);
});

const ORDER = `mutation ($input: VerifyEvidenceInput!) { verifyEvidence(input: $input) {
  evidenceRun { id scope { kind from to ids } } userErrors { field code message } } }`;

test('a run says its scope, and so does the audit trail', async () => {
  const ids = [toNodeId('WebhookRequestLog', early[2] as string)];
  const scopes = [
    { given: undefined, shown: { kind: 'ALL', from: null, to: null, ids: null } },
    { given: { ids }, shown: { kind: 'IDS', from: null, to: null, ids } },
    {
      given: { range: { from: '2020-01-01T00:00:00Z', to: between } },
      shown: { kind: 'RANGE', from: '2020-01-01T00:00:00.000Z', to: between, ids: null },
    },
  ];
  for (const { given, shown } of scopes) {
    const { data } = await app.ask(ORDER, { input: { depth: 'TREE', scope: given } });
    expect(data.verifyEvidence).toMatchObject({ evidenceRun: { scope: shown }, userErrors: [] });
    await verifyNext(store.source.manager, store.transaction, trustOf(store));
    const [entry] = await app.database.query<{ details: string }>(
      `select details from audit_entries where action = 'evidence.verification_ordered' order by id desc limit 1`,
    );
    expect(JSON.parse(entry?.details ?? '').scope).toEqual(shown);
  }
});

const REFUSED = [
  {
    what: 'an end that is not after the start',
    scope: { range: { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' } },
    field: 'scope.range.to',
    code: 'INVALID',
  },
  { what: 'no ids', scope: { ids: [] }, field: 'scope.ids', code: 'REQUIRED' },
  { what: 'too many ids', scope: { ids: Array(1001).fill('req_x') }, field: 'scope.ids', code: 'TOO_LARGE' },
  { what: 'a foreign id', scope: { ids: ['whk_x'] }, field: 'scope.ids.0', code: 'INVALID' },
];

test.each(REFUSED)('$what is refused', async ({ scope, field, code }) => {
  const { data } = await app.ask(ORDER, { input: { scope } });
  const [fault] = data.verifyEvidence.userErrors;
  expect([data.verifyEvidence.evidenceRun, fault.field.join('.'), fault.code]).toEqual([null, field, code]);
});

test('the id of a delivery covers the delivery and the decisions about it, and no others', async () => {
  const [edited, undecided, other] = [newId(), newId(), newId()];
  const decision = newId();
  const insert = (
    id: string,
  ) => `insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event,
      reference_document, status, skip_reason, skip_message, attempts, held, created_at, finished_at)
    select '${id}', '${id}', '${id}', '${id}', 'Sales Invoice', 'on_submit', 'SINV-1', 'SKIPPED', 'CONDITION_FALSE', 'No.', 0,
      false, at, at from (select date_trunc('milliseconds', now()) as at) as t`;
  await tamperWith(app.database, [
    ...[edited, undecided, other].map(insert),
    `insert into delivery_decisions (id, at, attempts, business_event_id, delivery_id, message, reason, status, webhook_id, leaf_hash)
     select '${decision}', finished_at, 1, id, id, 'No.', 'CONDITION_FALSE', 'SKIPPED', id, sha256('') from deliveries where id = '${edited}'`,
    `insert into evidence_queue (kind, subject_ids, leaf_hashes) values (4, array['${decision}'::uuid], sha256(''))`,
  ]);
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
  const covers = (...ids: string[]): Scope => ({ ...named(), ids: ids.map((id) => toNodeId('Delivery', id)) });
  expect(await found(covers(undecided))).toEqual([['CHANGED', null]]);
  // the delivery has another number of attempts than its decision, which is not what was sealed
  expect(await found(covers(edited))).toEqual([
    ['CHANGED', decision],
    ['CHANGED', decision],
  ]);
});

test('rows that are sealed while a part is verified have no finding', async () => {
  const db = store.source.manager;
  const treeSize = await storedLeaves(db);
  const added = await inserted();
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
  const part = { after: FIRST_ID, last: added.at(-1) as string, ids: added };
  const findings = new Findings();
  const check = new RowCheck(treeSize, findings, new Date());
  await check.rows(db, 'request', part, false, async () => undefined);
  await check.finishPart(db, 'request', part, await DroppedMonths.read(db, treeSize));
  expect([check.checked, findings.kept]).toEqual([added.length, []]);
});
