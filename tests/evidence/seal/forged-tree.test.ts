// A thief of the login of the application, which writes the tables of the tree, does not get another history signed.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leafHashOf, nodeHashOf } from '../../../src/evidence/formats/merkle-tree';
import { checkpointText, readCheckpoint } from '../../../src/evidence/formats/signed-note';
import { createHeadMemory, type HeadMemory, NO_HEAD_FILE } from '../../../src/evidence/known-head';
import { restartLog } from '../../../src/evidence/restart-log';
import { checkHeads, seal } from '../../../src/evidence/seal';
import { INSERT_CLOSED, type Store, storeForEach } from '../stored-tree';

const HOST = 'erp.example.com';
const started = storeForEach();
let store: Store;
let folder: string;
let path: string;

beforeEach(async () => {
  store = started();
  folder = await mkdtemp(join(tmpdir(), 'hookledger-forged-'));
  path = join(folder, 'head');
});
afterEach(() => rm(folder, { recursive: true }));

const insert = (count: number) => store.database.query(INSERT_CLOSED, [count]);
const heads = async () =>
  (await store.database.query<{ size: number }>('select tree_size::int as size from evidence_heads order by 1')).map(
    ({ size }) => size,
  );

async function sealAll(memory: HeadMemory): Promise<void> {
  while (await seal(store.transaction, store.keyring, HOST, memory));
}

/** After five leaves, a sixth with the root of another tree, as a thief of the login of the application can write it. */
async function forgeBlock(): Promise<Buffer> {
  const [four, two] = [leafHashOf('another history'), leafHashOf('of six leaves')];
  const root = nodeHashOf(four, two);
  await store.source.query(
    `insert into evidence_blocks (first_index, leaf_count, tree_size, leaf_hashes, frontier, root_hash, sealed_at)
     values (5, 1, 6, $1, $2, $3, now())`,
    [leafHashOf('sixth'), Buffer.concat([four, two]), root],
  );
  return root;
}

test.each(['with', 'without'])(
  'a tree that is written anew behind a signed head is not signed, %s a head file',
  async (which) => {
    const memory = which === 'with' ? createHeadMemory(path, HOST) : NO_HEAD_FILE;
    await insert(5);
    await sealAll(memory);
    await forgeBlock();
    await expect(sealAll(memory)).rejects.toMatchObject({ name: 'SealingStopped', code: 'CONTRADICTS' });
    await insert(2);
    await expect(sealAll(memory)).rejects.toMatchObject({ code: 'CONTRADICTS' });
    expect(await heads()).toEqual([5]);
    const order = { keyring: store.keyring, host: HOST, memory, reason: 'The table was written by others' };
    expect((await restartLog(store.transaction, order)).lost).toMatchObject({ treeSize: 5 });
  },
);

test('a head of another tree does not take the place of the one in the file', async () => {
  const memory = createHeadMemory(path, HOST);
  await insert(5);
  await sealAll(memory);
  const origin = `${HOST}/evidence/1`;
  const text = checkpointText({ origin, treeSize: 6, rootHash: await forgeBlock() });
  await store.source.query('insert into evidence_heads values ($1, 6, $2, now())', [
    origin,
    `${text}\n— other AAAAAA==\n`,
  ]);
  await expect(store.transaction((db) => checkHeads(db, memory))).rejects.toMatchObject({ code: 'CONTRADICTS' });
  expect(readCheckpoint(await readFile(path, 'utf8'))).toMatchObject({ treeSize: 5 });
});
