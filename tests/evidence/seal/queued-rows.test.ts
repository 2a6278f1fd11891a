// Triggers put the leaves of a statement into the queue together.
import { appendBlocks } from '../../../src/evidence/seal';
import { expectSoundTree, INSERT_CLOSED, type Store, startStore } from '../stored-tree';

let store: Store;

beforeEach(async () => {
  store = await startStore();
});
afterEach(() => store.stop());

test.each([
  ['requests', INSERT_CLOSED],
  [
    'audit entries',
    `insert into audit_entries (id, at, action, actor_kind)
     select new_id(), date_trunc('milliseconds', now()), 'webhook.created', 'SYSTEM' from generate_series(1, $1::int)`,
  ],
])('the leaves of a statement with many %s are queued in rows of 1,000, which a block takes whole', async (_, sql) => {
  await store.database.query(sql, [2_500]);
  await store.database.query(sql, [1_000]);
  await store.database.query(sql, [0]);
  const queued = await store.database.query(
    'select cardinality(subject_ids) as leaves from evidence_queue order by id',
  );
  expect(queued.map((row) => (row as { leaves: number }).leaves)).toEqual([1_000, 1_000, 500, 1_000]);
  const limits = { maxLeaves: 1_200, maxBlocks: 1 };
  const append = () => store.transaction((db) => appendBlocks(db, undefined, limits));
  expect(await append()).toEqual({ leaves: 2_000, isFull: true });
  expect(await append()).toEqual({ leaves: 1_500, isFull: true });
  expect(await append()).toEqual({ leaves: 0, isFull: false });
  expect(await expectSoundTree(store)).toBe(3_500);
});
