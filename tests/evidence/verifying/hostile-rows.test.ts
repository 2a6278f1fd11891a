// Rows that an owner of the database, or a thief of its login, wrote so that a verification cannot read them: it names them, and the others.
import { countMonth, type Month, readMonth } from '../../../src/evidence/completeness/count-month';
import { LEAF_KINDS, type LeafKind } from '../../../src/evidence/formats/leaf-kinds';
import { seal } from '../../../src/evidence/seal';
import { LEAF_TABLES } from '../../../src/evidence/sealed-rows.store';
import { monthOf } from '../../../src/evidence/verifying/dropped-months';
import { newId } from '../../../src/values/ids';
import { insertRandomRows } from '../random-rows';
import { addAuditor, INSERT_CLOSED, type Store, storeForEach, tamperWith, verify } from '../stored-tree';

const KINDS = Object.keys(LEAF_KINDS) as LeafKind[];
const TIMES: Record<LeafKind, string> = {
  request: 'finished_at',
  audit: 'at',
  event: 'created_at',
  decision: 'at',
  name: 'at',
};
const started = storeForEach();
let store: Store;

beforeEach(async () => {
  store = started();
  await addAuditor(store);
});

const tamper = (...statements: string[]) => tamperWith(store.database, statements);
const found = async () => (await verify(store)).map(({ name, kind, rowId }) => `${name} ${kind} ${rowId}`).sort();
async function sealAll(): Promise<void> {
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
}

test.each(
  ['content.erased', 'retention.month_dropped', 'retention.month_kept'].flatMap((action) =>
    [null, '', '{', 'null', '7', '{"leaves":7,"month":{},"order":[]}'].map((details) => ({ action, details })),
  ),
)('an entry $action with the details $details orders nothing', async ({ action, details }) => {
  await store.database.query(
    `insert into audit_entries (id, at, action, actor_kind, details)
     values ($1, date_trunc('milliseconds', now()), $2, 'SYSTEM', $3)`,
    [newId(), action, details],
  );
  await sealAll();
  expect(await found()).toEqual([]);
});

test.each(['infinity', '-infinity', '290000-01-01'])('a row that was moved to the time %s is CHANGED', async (time) => {
  const ids = {} as Record<LeafKind, string[]>;
  for (const kind of KINDS) ids[kind] = await insertRandomRows(store.database, LEAF_TABLES[kind].table, 2);
  await tamper(
    ...KINDS.flatMap((kind) => [
      `update ${LEAF_TABLES[kind].table} r set leaf_hash = ${kind}_leaf_hash(r)`,
      `insert into evidence_queue (kind, subject_ids, leaf_hashes)
       select ${LEAF_KINDS[kind]}, array[id], leaf_hash from ${LEAF_TABLES[kind].table}`,
    ]),
  );
  await sealAll();
  await tamper(
    ...KINDS.map(
      (kind) => `update ${LEAF_TABLES[kind].table} set ${TIMES[kind]} = '${time}' where id = '${ids[kind][0]}'`,
    ),
  );
  expect(await found()).toEqual(expect.arrayContaining(KINDS.map((kind) => `CHANGED ${kind} ${ids[kind][0]}`)));
});

test('a row that was inserted with the time infinity is NOT_SEALED', async () => {
  const [id] = await insertRandomRows(store.database, 'delivery_decisions', 1);
  await tamper(`update delivery_decisions set at = 'infinity'`);
  expect(await found()).toEqual([`NOT_SEALED decision ${id}`]);
});

test('a delivery that was moved to the time infinity is not what was decided', async () => {
  await tamper(`insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document, created_at,
      status, attempts, held, finished_at)
    select new_id(), new_id(), new_id(), new_id(), 'Order', 'created', '1', now(), 'EXHAUSTED', 1, false, 'infinity'`);
  expect(await verify(store)).toMatchObject([{ name: 'CHANGED', message: expect.stringContaining('is EXHAUSTED') }]);
  const [{ id } = { id: '' }] = await store.database.query<{ id: string }>('select id from deliveries');
  const month = readMonth(monthOf(id)) as Month;
  expect((await countMonth(store.source.manager, month, null, null)).named).toMatchObject([
    { name: 'MISSING', attempt: 1 },
  ]);
});

test.each([
  { counts: [3, -3], attempts: 3, holes: 3 },
  { counts: [2_147_483_647, 2_147_483_647], attempts: 4_294_967_294, holes: 4_294_967_294 },
])('deliveries with $counts attempts hide no hole of each other', async ({ counts, attempts, holes }) => {
  for (const count of counts) {
    await tamper(`insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document,
        created_at, status, attempts, held, finished_at)
      select new_id(), new_id(), new_id(), new_id(), 'Order', 'created', '1', now(), 'DELIVERED', ${count}, false, now()`);
  }
  const [{ id } = { id: '' }] = await store.database.query<{ id: string }>('select id from deliveries');
  const counted = await countMonth(store.source.manager, readMonth(monthOf(id)) as Month, null, null);
  expect(counted).toMatchObject({ deliveryCount: 2, attemptCount: attempts, holeCount: holes });
  expect(counted.named.length).toBe(Math.min(holes, 100));
});

test('a hash of the tree that proofs use, and that is not the one of its leaves, is found', async () => {
  await store.database.query(INSERT_CLOSED, [600]);
  await sealAll();
  expect(await found()).toEqual([]);
  await tamper(`update evidence_nodes set hash = sha256('') where node_index = 0`);
  const [wrong] = await verify(store, 'TREE');
  expect(wrong).toMatchObject({ name: 'BAD_HASH', message: expect.stringContaining('level 8, number 0,') });
  await tamper('delete from evidence_nodes');
  expect((await verify(store, 'TREE')).map(({ name }) => name)).toEqual(['BAD_HASH', 'BAD_HASH']);
});

test('a head that no block ends at is found', async () => {
  await store.database.query(INSERT_CLOSED, [3]);
  await sealAll();
  await store.database.query(INSERT_CLOSED, [3]);
  await sealAll();
  await tamper(
    'delete from evidence_leaves where leaf_index >= 4',
    'delete from evidence_blocks where first_index = 4',
    'delete from webhook_request_logs where id not in (select subject_id from evidence_leaves)',
  );
  expect((await verify(store, 'TREE')).map(({ name, treeSize }) => [name, treeSize])).toEqual([['TRUNCATED', 7]]);
});
