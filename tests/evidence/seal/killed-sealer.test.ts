// A sealer that is killed with SIGKILL, as a process, at each of its statements.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCheckpoint } from '../../../src/evidence/formats/signed-note';
import { expectSoundTree, INSERT_CLOSED, type Store, startStore } from '../stored-tree';
import { type Killed, runUntilKilled } from './run-until-killed';

let store: Store;
let folder: string;

beforeAll(async () => {
  store = await startStore();
  folder = await mkdtemp(join(tmpdir(), 'hookledger-sealer-'));
});
afterAll(async () => {
  await store.stop();
  await rm(folder, { recursive: true });
});

const headFile = () => join(folder, 'head.txt');

/** @returns the signal that ended it; null: it sealed, and ended by itself */
async function sealUntil(end: Killed): Promise<NodeJS.Signals | null> {
  const script = {
    script: join(__dirname, 'killed-sealer.mjs'),
    session: 'hookledger sealer',
    env: { HEAD_FILE: headFile() },
  };
  return runUntilKilled(store.database, script, end);
}

/** A head that is out, even if its transaction was lost, is that of a tree that was committed. */
async function expectCommittedHead(): Promise<void> {
  const text = await readFile(headFile(), 'utf8').catch(() => null);
  if (text === null) return;
  const head = readCheckpoint(text);
  const [block] = await store.database.query<{ root: Buffer }>(
    'select root_hash as root from evidence_blocks where tree_size = $1',
    [head?.treeSize],
  );
  expect(block?.root).toEqual(head?.rootHash);
}

const countOf = async (what: string) =>
  (await store.database.query<{ n: number }>(`select count(*)::int as n from ${what}`))[0]?.n as number;

/** Each row is either in the tree or in the queue. @returns the size of the tree */
async function expectEachRowOnce(): Promise<number> {
  const [tree] = await store.database.query<{ size: number }>(
    'select coalesce(max(tree_size), 0)::int as size from evidence_blocks',
  );
  const size = tree?.size as number;
  expect(await countOf('evidence_leaves')).toBe(size);
  const waiting = await countOf('evidence_queue, unnest(subject_ids)');
  expect(size + waiting).toBe(await countOf('webhook_request_logs'));
  return size;
}

test('a sealer that is killed before any statement, or right after a commit was sent, misses no row and repeats none', async () => {
  const sizes = new Set<number>();
  const sealAndCheck = async (end: Parameters<typeof sealUntil>[0]) => {
    await store.database.query(INSERT_CLOSED, [10]);
    const signal = await sealUntil(end);
    sizes.add(await expectEachRowOnce());
    await expectCommittedHead();
    return signal;
  };
  let statement = 1;
  while ((await sealAndCheck({ BEFORE: statement })) === 'SIGKILL') statement += 1;
  expect(statement).toBeGreaterThan(12);
  for (const commit of [1, 2]) expect(await sealAndCheck({ AFTER_COMMIT: commit })).toBe('SIGKILL');
  expect(sizes.size).toBeGreaterThan(3);
  expect(await sealAndCheck({ BEFORE: 0 })).toBeNull();
  expect(await countOf('evidence_queue')).toBe(0);
  const rows = await countOf('webhook_request_logs');
  expect(await expectSoundTree(store)).toBe(rows);
  expect(await store.database.query('select from evidence_heads where tree_size = $1', [rows])).toHaveLength(1);
});
