// Closed requests without an application, and a check of the whole stored tree.
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { LEAF_KINDS, type LeafKind } from '../../src/evidence/formats/leaf-kinds';
import { Frontier, hashesOf } from '../../src/evidence/formats/merkle-tree';
import { openNote, readCheckpoint, readVkey } from '../../src/evidence/formats/signed-note';
import { LEAF_TABLES } from '../../src/evidence/sealed-rows.store';
import { type Scope, WHOLE_LOG } from '../../src/evidence/verifying/scope';
import type { TrustedParties } from '../../src/evidence/verifying/tree/check-anchors';
import type { Trust } from '../../src/evidence/verifying/tree/check-tree';
import type { Finding } from '../../src/evidence/verifying/tree/findings';
import type { RunDepth } from '../../src/evidence/verifying/verification-run.entity';
import { findingsOf, insertRun, runsById } from '../../src/evidence/verifying/verification-run.store';
import { verifyNext } from '../../src/evidence/verifying/verify-run';
import { createKeyring, type Keyring } from '../../src/keyring/keyring';
import { pipelinedTransactions, type Transaction } from '../../src/sql/transactions';
import { newId } from '../../src/values/ids';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { keepRows, restoreRows } from '../support/empty-database';

export interface Store {
  database: TestDatabase;
  source: DataSource;
  transaction: Transaction;
  keyring: Keyring;
  stop(): Promise<void>;
}

export async function startStore(): Promise<Store> {
  return openStore(await createTestDatabase());
}

/** One for all tests of a file, each of which begins with the rows of a new database. @returns what gives it, from the first test on */
export function storeForEach(): () => Store {
  let store: Store;
  beforeAll(async () => {
    store = await startStore();
    await keepRows(store.database);
  });
  beforeEach(() => restoreRows(store.database));
  afterAll(() => store.stop());
  return () => store;
}

export async function openStore(database: TestDatabase): Promise<Store> {
  const source = await createDataSource(database.servingUrl, {
    name: 'test',
    poolSize: 20,
    pipeline: true,
  }).initialize();
  const stop = async () => {
    await source.destroy();
    await database.drop();
  };
  return {
    database,
    source,
    transaction: pipelinedTransactions(source),
    keyring: createKeyring([Buffer.alloc(32, 1)]),
    stop,
  };
}

export async function addAuditor({ database }: Store): Promise<void> {
  await database.query(
    `insert into users (id, name, roles, active, created_at, updated_at) values (new_id(), 'auditor', '{}', true, now(), now())`,
  );
}

const NOBODY: TrustedParties = { witnesses: [], authorities: [] };

/** As a process trusts that has the keyring of the store. */
export const trustOf = ({ keyring }: Store, parties = NOBODY): Trust => ({ keyring, ...parties });

/** What a verification finds. */
export async function verify(
  store: Store,
  depth: RunDepth = 'CONTENT',
  knownHeads: readonly string[] = [],
  scope: Scope = WHOLE_LOG,
  parties: TrustedParties = NOBODY,
): Promise<Finding[]> {
  const id = newId();
  const [user] = await store.database.query<{ id: string }>('select id from users limit 1');
  const orderedBy = user?.id as string;
  await insertRun(store.source.manager, {
    id,
    depth,
    scope: JSON.stringify(scope),
    knownHeads,
    orderedBy,
    createdAt: new Date(),
  });
  expect(await verifyNext(store.source.manager, store.transaction, trustOf(store, parties))).toBe(true);
  const run = (await runsById(store.source.manager, [id])).get(id);
  expect(run).toMatchObject({ status: 'COMPLETED', error: null });
  return JSON.parse((await findingsOf(store.source.manager, [id])).get(id) ?? '');
}

/** Without those about users and webhooks that do not exist: random rows of names are of none. */
export function exceptOfNobody(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ name, kind, leafIndex }) => name !== 'DELETED' || kind !== 'name' || leafIndex !== null);
}

/** As a superuser does it, with the triggers off. */
export async function tamperWith(database: TestDatabase, statements: readonly string[]): Promise<void> {
  for (const sql of ['set session_replication_role = replica', ...statements, 'reset session_replication_role']) {
    await database.query(sql);
  }
}

/** Closed rows, as the log has them. */
export const INSERT_CLOSED = `insert into webhook_request_logs
    (id, direction, status, attempt_number, duplicate, method, url, started_at, finished_at)
  select new_id(), 'OUTGOING', 'SUCCEEDED', 1, false, 'POST', 'https://example.com/' || n, t.at, t.at
  from generate_series(1, $1::int) as n, (select date_trunc('milliseconds', clock_timestamp()) as at) as t`;

const LEAVES = (Object.keys(LEAF_KINDS) as LeafKind[])
  .map(
    (kind) =>
      `select ${LEAF_KINDS[kind]} as kind, id, leaf_hash from ${LEAF_TABLES[kind].table} r where ${LEAF_TABLES[kind].isFinal}`,
  )
  .join(' union all ');

/** Every row that has its record is one leaf, at its place; blocks, nodes and heads agree. */
export async function expectSoundTree({ database }: Store): Promise<number> {
  const [lost] = await database.query<{ n: number }>(
    `select count(*)::int as n from (
       ${LEAVES}
     ) as rows
     full join (
       select l.kind, l.subject_id, substring(b.leaf_hashes from ((l.leaf_index - b.first_index) * 32 + 1)::int for 32) as leaf
       from evidence_leaves l join evidence_blocks b on l.leaf_index >= b.first_index and l.leaf_index < b.tree_size
     ) as leaves on leaves.kind = rows.kind and leaves.subject_id = rows.id and leaves.leaf = rows.leaf_hash
     where rows.id is null or leaves.subject_id is null`,
  );
  expect(lost?.n).toBe(0);
  const blocks = await database.query<{ first: number; hashes: Buffer; root: Buffer; frontier: Buffer }>(
    `select first_index::int as first, leaf_hashes as hashes, root_hash as root, frontier from evidence_blocks order by first_index`,
  );
  const frontier = new Frontier(0, Buffer.alloc(0));
  const nodes: string[] = [];
  const roots = new Map<number, Buffer>();
  for (const { first, hashes, root, frontier: stored } of blocks) {
    expect(first).toBe(frontier.size);
    for (const leaf of hashesOf(hashes)) {
      frontier.append(leaf, ({ level, index, hash }) => {
        if (level % 8 === 0) nodes.push(`${level}/${index}/${hash.toString('hex')}`);
      });
    }
    expect(frontier.root()).toEqual(root);
    expect(frontier.bytes()).toEqual(stored);
    roots.set(frontier.size, root);
  }
  const [row] = await database.query<{ leaves: number; nodes: string[] }>(
    `select (select count(*)::int from evidence_leaves) as leaves,
       (select coalesce(array_agg(level || '/' || node_index || '/' || encode(hash, 'hex')), '{}') from evidence_nodes) as nodes`,
  );
  expect(row?.leaves).toBe(frontier.size);
  expect(row?.nodes.sort()).toEqual(nodes.sort());
  await expectSoundHeads(database, roots);
  return frontier.size;
}

async function expectSoundHeads(database: TestDatabase, roots: ReadonlyMap<number, Buffer>): Promise<void> {
  const heads = await database.query<{ checkpoint: string; vkey: string }>(
    'select checkpoint, vkey from evidence_heads join evidence_keys using (origin)',
  );
  for (const { checkpoint, vkey } of heads) {
    const key = readVkey(vkey);
    const head = readCheckpoint((key && openNote(checkpoint, [key])) ?? '');
    expect(head && roots.get(head.treeSize)).toEqual(head?.rootHash);
  }
}
