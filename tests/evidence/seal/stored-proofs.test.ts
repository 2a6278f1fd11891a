// Proofs from the stored tree: right wherever blocks end, and read with one statement each.
import { createDataSource } from '../../../src/database/data-source';
import { cached, consistencyProof, inclusionProof } from '../../../src/evidence/formats/tree-proofs';
import { evidenceKeys, headAt, newestHead, type SignedHead } from '../../../src/evidence/head.store';
import { seal } from '../../../src/evidence/seal';
import { factsById, leafPlaces, proofOf } from '../../../src/evidence/sealed-rows.store';
import { newestTree, sealingState, tilesOf } from '../../../src/evidence/tree.store';
import { plannedOnce } from '../../../src/sql/session-pool';
import { recordStatements } from '../../delivery/stats/recorded-statements';
import { verify } from '../sealing';
import { acceptsInclusion } from '../sigstore-verify';
import { INSERT_CLOSED, type Store, startStore, tamperWith } from '../stored-tree';
import { bundleOf } from '../verifier/made-log';

const BLOCKS = [1, 254, 3, 300, 5, 640];

let store: Store;

beforeAll(async () => {
  store = await startStore();
  for (const count of BLOCKS) {
    await store.database.query(INSERT_CLOSED, [count]);
    await seal(store.transaction, store.keyring, 'erp.example.com');
  }
});
afterAll(() => store.stop());

test('every proof is right, and takes one statement', async () => {
  const db = store.source.manager;
  const tree = await newestTree(db);
  if (!tree) throw new Error('no tree');
  const leaves = await store.database.query<{ index: number; record: string }>(
    `select leaf_index::int as index, request_record(r) as record
     from evidence_leaves join webhook_request_logs r on r.id = subject_id`,
  );
  expect(leaves).toHaveLength(tree.treeSize);
  const statements = recordStatements(store.source);
  const sampled = leaves.filter(({ index }) => index % 37 === 0 || [254, 255, 256, 257, 557, 558].includes(index));
  const { treeSize: size, rootHash: root } = tree;
  for (const { index, record } of sampled) {
    const proof = await inclusionProof(index, size, tilesOf(db));
    expect(acceptsInclusion({ content: Buffer.from(record), index, proof, size, root })).toBe(true);
  }
  expect(statements).toHaveLength(sampled.length);
});

test('earlier heads are beginnings of the tree, and proofs of one request share what they read', async () => {
  const db = store.source.manager;
  const head = (await newestHead(db)) as SignedHead;
  const read = cached(tilesOf(db));
  const heads: object[] = [];
  for (let size = 0, at = 0; at < BLOCKS.length; at++) {
    size += BLOCKS[at] as number;
    const hashes = await consistencyProof(size, head.treeSize, read);
    const checkpoint = (await headAt(db, size))?.checkpoint;
    heads.push({ checkpoint, consistency: hashes.map((hash) => hash.toString('base64')) });
  }
  const [{ id } = { id: '' }] = await store.database.query<{ id: string }>(
    'select subject_id as id from evidence_leaves where leaf_index = 0',
  );
  const row = (await factsById(db, 'request', [id])).get(id);
  const proofs = row ? [await proofOf('request', row, 0, { head, read })] : [];
  const [key] = await evidenceKeys(db);
  expect(await verify(bundleOf(proofs, { heads }), ['--key', key?.vkey as string])).toMatchObject({
    code: 0,
    output: expect.stringContaining(`VERIFIED 1 record, 0 disclosed parts, ${BLOCKS.length} earlier heads`),
  });
  const statements = recordStatements(store.source);
  await inclusionProof(0, head.treeSize, read);
  await inclusionProof(1, head.treeSize, read);
  expect(statements.length).toBeLessThan(2);
});

test('places, records and hashes are planned once in a session', async () => {
  const source = await createDataSource(store.database.servingUrl, {
    name: 'test',
    poolSize: 1,
    pipeline: true,
  }).initialize();
  const db = plannedOnce(source.manager);
  const rows = await store.database.query<{ id: string; index: number }>(
    'select subject_id as id, leaf_index::int as index from evidence_leaves order by leaf_index limit 12',
  );
  for (const { id, index } of rows) {
    expect((await leafPlaces(db, 'request', [id])).get(id)).toMatchObject({ leafIndex: index });
    expect((await factsById(db, 'request', [id])).size).toBe(1);
    await inclusionProof(index, 1_203, tilesOf(db));
  }
  const plans = await source.query(
    `select generic_plans::int as generic, custom_plans::int as custom from pg_prepared_statements
     where statement like 'select%'`,
  );
  await source.destroy();
  expect(plans).toEqual(Array.from({ length: 3 }, () => ({ generic: 12, custom: 0 })));
});

test('the newest of many heads is found without reading the others', async () => {
  await tamperWith(store.database, [
    `insert into evidence_heads (origin, tree_size, checkpoint, signed_at)
     select 'erp.example.com/evidence/1', 1_000_000 + n, repeat('x', 200), now() from generate_series(1, 5_000) as n`,
  ]);
  const PAGES = `select sum(pg_stat_get_xact_blocks_fetched(name::regclass))::int as pages
    from unnest(array['evidence_heads', 'evidence_heads_pkey']) as name`;
  const pages = await store.transaction(async (db) => {
    const [before] = await db.query(PAGES);
    expect(await newestHead(db)).toMatchObject({ treeSize: 1_005_000 });
    expect(await sealingState(db)).toMatchObject({ signedSize: 1_005_000 });
    const [after] = await db.query(PAGES);
    return (after.pages - before.pages) as number;
  });
  expect(pages).toBeLessThan(20);
});

test('a tree that lacks leaves has no proof', async () => {
  const { source, database } = store;
  await expect(inclusionProof(0, 5_000, tilesOf(source.manager))).rejects.toThrow('the tree lacks hashes of level');
  await database.query('alter table evidence_nodes rename to nodes_elsewhere');
  await expect(inclusionProof(0, 1_203, tilesOf(source.manager))).rejects.toThrow('evidence_nodes');
});
