// verifyEvidence names whatever was done to the record behind Hookledger's back.

import { seal } from '../../src/evidence/seal';
import type { Finding } from '../../src/evidence/verifying/tree/findings';
import type { RunDepth } from '../../src/evidence/verifying/verification-run.entity';
import { newId } from '../../src/values/ids';
import { addAuditor, type Store, startStore, tamperWith, verify } from './stored-tree';

const HOST = 'erp.example.com';
const ROWS = 12;
/** With an entry and the name of the auditor. */
const LEAVES = ROWS + 2;
let store: Store;
let ids: string[];
let head: string;

beforeEach(async () => {
  store = await startStore();
  await addAuditor(store);
  const inserted = await store.database.query<{ id: string }>(
    `with p as (insert into payloads (id, body, byte_length, content_type)
       select new_id(), body, 7, 'application/json'
       from (select convert_to('{"n":' || n || '}', 'UTF8') as body from generate_series(1, ${ROWS}) n) as made
       returning id, body_digest)
     insert into webhook_request_logs (id, direction, status, document_type, event, reference_document, attempt_number,
       duplicate, method, url, headers, payload_id, body_digest, started_at, finished_at, response_body, error)
     select new_id(), 'OUTGOING', 'FAILED', 'Sales Invoice', 'on_submit', 'SINV-1', 1, false, 'POST', 'https://example.com/',
       '[]', id, body_digest, t.at, t.at, 'no', 'The partner answered 500.'
     from p, (select date_trunc('milliseconds', now()) - interval '5 minutes' as at) as t returning id`,
  );
  ids = inserted.map((row) => row.id).sort();
  await store.database.query(
    `insert into audit_entries (id, at, action, actor_kind, details) values (new_id(), date_trunc('milliseconds', now()), 'webhook.paused', 'SYSTEM', '{}')`,
  );
  while (await seal(store.transaction, store.keyring, HOST));
  [{ checkpoint: head } = { checkpoint: '' }] = await store.database.query<{ checkpoint: string }>(
    'select checkpoint from evidence_heads order by tree_size desc limit 1',
  );
});
afterEach(() => store.stop());

const verified = (depth?: RunDepth, knownHeads?: string[]) => verify(store, depth, knownHeads);
const tamper = (...statements: string[]) => tamperWith(store.database, statements);
const names = (findings: Finding[]) => findings.map(({ name, rowId }) => [name, rowId]);

test('a log that nothing was done to has no findings, at any depth', async () => {
  for (const depth of ['TREE', 'ROWS', 'CONTENT'] as const) expect(await verified(depth, [head])).toEqual([]);
  const entries = await store.database.query<{ details: string }>(
    `select details from audit_entries where action = 'evidence.verified' order by id`,
  );
  expect(entries.map((entry) => JSON.parse(entry.details))).toMatchObject([
    { depth: 'TREE' },
    { depth: 'ROWS' },
    { depth: 'CONTENT', findings: 0 },
  ]);
});

test('a run at the depth TREE reports how many leaves it has checked, while it runs', async () => {
  await store.database.query(`create table reported (status text, checked bigint);
    create function note_progress() returns trigger language plpgsql as $$
      begin insert into reported values (new.status, new.checked); return new; end $$;
    create trigger note_progress after update on evidence_runs for each row execute function note_progress();
    grant insert on reported to public`);
  await verified('TREE');
  expect(await store.database.query('select status, checked::int from reported')).toEqual([
    { status: 'RUNNING', checked: 0 },
    { status: 'RUNNING', checked: LEAVES },
    { status: 'COMPLETED', checked: LEAVES },
  ]);
});

test('an edited row whose own hash was computed again is found', async () => {
  await tamper(
    `update webhook_request_logs r set status = 'SUCCEEDED' where id = '${ids[0]}'`,
    `update webhook_request_logs r set leaf_hash = request_leaf_hash(r) where id = '${ids[0]}'`,
  );
  expect(names(await verified('ROWS'))).toEqual([['CHANGED', ids[0]]]);
});

test('a hash that was also put into the tree contradicts the signed head', async () => {
  await tamper(
    `update webhook_request_logs r set status = 'SUCCEEDED' where id = '${ids[0]}'`,
    `update webhook_request_logs r set leaf_hash = request_leaf_hash(r) where id = '${ids[0]}'`,
    `update evidence_blocks set leaf_hashes = overlay(leaf_hashes placing r.leaf_hash from (l.leaf_index * 32 + 1)::int)
     from webhook_request_logs r join evidence_leaves l on l.subject_id = r.id where r.id = '${ids[0]}' and first_index = 0`,
  );
  expect(new Set((await verified('ROWS')).map(({ name }) => name))).toEqual(new Set(['BAD_HEAD']));
});

test('a body, and an audit entry, that were edited are found', async () => {
  await tamper(
    `update payloads set body = '{"n":0}' where id = (select payload_id from webhook_request_logs where id = '${ids[3]}')`,
  );
  expect(await verified('ROWS')).toEqual([]);
  expect(names(await verified('CONTENT'))).toEqual([['CHANGED', ids[3]]]);
  await tamper(`update audit_entries set details = '{"x":1}' where action = 'webhook.paused'`);
  expect((await verified('ROWS')).map(({ name, kind }) => [name, kind])).toEqual([['CHANGED', 'audit']]);
});

test('one deletion is one finding, with the id as long as the place is known', async () => {
  await tamper(`delete from webhook_request_logs where id = '${ids[4]}'`);
  expect(names(await verified())).toEqual([['DELETED', ids[4]]]);
  await tamper(`delete from evidence_leaves where subject_id = '${ids[4]}'`);
  expect(names(await verified())).toEqual([['DELETED', null]]);
});

test('a row that was inserted without sealing, or at the place of another row, is found', async () => {
  const insert = (
    id: string,
  ) => `insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method,
      url, started_at, finished_at, leaf_hash)
    select '${id}', 'OUTGOING', 'SUCCEEDED', 1, false, 'POST', 'x', at, at, sha256('')
    from (select date_trunc('milliseconds', now()) - interval '2 minutes' as at) t`;
  const [unsealed, foreign] = [newId(), newId()];
  await tamper(insert(unsealed), insert(foreign), `insert into evidence_leaves values (1, '${foreign}', 2)`);
  expect(names(await verified()).sort()).toEqual([
    ['INSERTED', foreign],
    ['NOT_SEALED', unsealed],
  ]);
});

test('copies of a row are found, also more than a page has, and so is a changed one among them', async () => {
  const copies = `insert into webhook_request_logs select r.* from webhook_request_logs r, generate_series(1, 150) where id = '${ids[5]}'`;
  await tamper(
    'alter table webhook_request_logs drop constraint webhook_request_logs_pkey cascade',
    copies,
    `update webhook_request_logs set response_body = 'yes' where id = '${ids[5]}' and ctid in
       (select ctid from webhook_request_logs where id = '${ids[5]}' order by ctid desc limit 1)`,
  );
  const found = await verified();
  expect(new Set(found.map(({ name, rowId }) => `${name} ${rowId}`))).toEqual(new Set([`INSERTED ${ids[5]}`]));
  const messages = found.map(({ message }) => message).sort();
  const copy = 'The row is there more than once.';
  expect(messages).toEqual([...Array(149).fill(copy), 'The row claims the place of another row in the tree.'].sort());
});

test('two rows whose places were swapped are found', async () => {
  await tamper(
    `update evidence_leaves set leaf_index = (select sum(leaf_index) from evidence_leaves where subject_id in ('${ids[1]}', '${ids[2]}')) - leaf_index
     where subject_id in ('${ids[1]}', '${ids[2]}')`,
  );
  expect(names(await verified()).sort()).toEqual(
    [
      ['MOVED', ids[1]],
      ['MOVED', ids[2]],
    ].sort(),
  );
});

test('an end of the tree that was cut off is found with a head in hand', async () => {
  await tamper(
    'delete from evidence_heads',
    'delete from evidence_blocks',
    'delete from evidence_leaves',
    'delete from evidence_nodes',
  );
  expect((await verified('TREE', [head])).map(({ name, treeSize }) => [name, treeSize])).toEqual([
    ['TRUNCATED', LEAVES],
  ]);
});

test('a history that was written anew and signed with the key is found with a head in hand, and not without', async () => {
  await tamper(
    `update webhook_request_logs set error = 'Nothing happened.'`,
    'update webhook_request_logs r set leaf_hash = request_leaf_hash(r)',
    'delete from evidence_heads',
    'delete from evidence_blocks',
    'delete from evidence_leaves',
    'delete from evidence_nodes',
    `insert into evidence_queue (kind, subject_ids, leaf_hashes)
       select 1, array[id], leaf_hash from webhook_request_logs union all select 2, array[id], leaf_hash from audit_entries
       union all select 5, array[id], leaf_hash from names`,
  );
  while (await seal(store.transaction, store.keyring, HOST));
  expect(await verified()).toEqual([]);
  expect((await verified('CONTENT', [head])).map(({ name }) => name)).toEqual(['FORKED']);
});

test('a head that a partner got in the header of a request is a known head, as it came', async () => {
  const header = Buffer.from(head).toString('base64');
  expect(await verified('TREE', [header, `hookledger-head: ${header}`])).toEqual([]);
  await tamper('delete from evidence_heads', 'delete from evidence_blocks', 'delete from evidence_leaves');
  const findings = await verified('TREE', [header]);
  expect(findings.map(({ name, treeSize }) => [name, treeSize])).toContainEqual(['TRUNCATED', LEAVES]);
});

test('a head that another key signed, or that was edited, is named', async () => {
  expect((await verified('TREE', [head.replace(/\n\d+\n/, '\n5\n'), 'x'])).map(({ name }) => name)).toEqual([
    'BAD_HEAD',
    'BAD_HEAD',
  ]);
  await tamper(`update evidence_heads set checkpoint = replace(checkpoint, '/evidence/1', '/evidence/2')`);
  expect((await verified('TREE')).map(({ name }) => name)).toEqual(['BAD_HEAD']);
});
