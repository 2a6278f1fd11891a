// An erasure that is killed with SIGKILL, as a process, at each of its statements.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seal } from '../../src/evidence/seal';
import { createLog } from '../../src/logging/log';
import { journalAt } from '../../src/privacy/erasing/journal';
import { repeatErasures } from '../../src/privacy/erasing/repeat-erasures';
import { uuidOf } from '../../src/values/ids';
import { type Killed, runUntilKilled } from '../evidence/seal/run-until-killed';
import { openStore, type Store, verify } from '../evidence/stored-tree';
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { invoice, publish } from '../support/webhooks';
import { rowsWith } from './rows-with';

/** An erasure of one step has fewer. */
const MAX_STATEMENTS = 40;

const app = useTestApi();
let store: Store;
let folder: string;

beforeAll(async () => {
  store = await openStore(app.database);
  folder = await mkdtemp(join(tmpdir(), 'hookledger-eraser-'));
});
afterAll(async () => {
  await store.source.destroy();
  await rm(folder, { recursive: true });
});

const journal = () => join(folder, 'journal.ndjson');

async function sealAll(): Promise<void> {
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
}

/** @returns the id of an order that is sealed, and the rows that name its document */
async function ordered(name: string): Promise<{ id: string; before: Record<string, number> }> {
  await publish(app, [invoice(name), invoice(name)]);
  const input = { documentType: 'Sales Invoice', name, reason: 'Request 17 under Art. 17' };
  const { erasure } = await mutate(app, 'eraseDocument', input, 'erasure { id }');
  await sealAll();
  return { id: uuidOf('Erasure', erasure.id) as string, before: await rowsWith(app.database, name) };
}

/** @returns the signal that ended it; null: it ended by itself */
async function eraseUntil(end: Killed): Promise<NodeJS.Signals | null> {
  await app.database.query('update erasures set next_step_at = created_at where next_step_at is not null');
  const script = {
    script: join(__dirname, 'killed-erasure.mjs'),
    session: 'hookledger eraser',
    env: { JOURNAL: journal() },
  };
  return runUntilKilled(app.database, script, end);
}

/** All of it is there, or nothing, with one entry. @returns whether it is erased */
async function isErasedWhole(name: string, { id, before }: Awaited<ReturnType<typeof ordered>>): Promise<boolean> {
  const entries = await app.database.query(
    `select from audit_entries where action = 'content.erased' and subject_id = $1`,
    [id],
  );
  const left = await rowsWith(app.database, name);
  const isErased = Object.keys(left).length === 0;
  if (!isErased) expect(left).toEqual(before);
  expect(entries).toHaveLength(isErased ? 1 : 0);
  // before the commit: a backup that has the rows still has its line
  if (isErased) expect(await readFile(journal(), 'utf8')).toContain(id);
  return isErased;
}

const stateOf = async (id: string) =>
  (await app.database.query<{ status: string }>('select status from erasures where id = $1', [id]))[0]?.status;

test('it is killed before any statement, and goes on: nothing is half erased, and each step has one entry', async () => {
  const order = await ordered('KILLED-1');
  const found = new Set<boolean>();
  let statement = 1;
  let signal = await eraseUntil({ BEFORE: statement });
  while (signal === 'SIGKILL' && statement < MAX_STATEMENTS) {
    found.add(await isErasedWhole('KILLED-1', order));
    statement += 1;
    signal = await eraseUntil({ BEFORE: statement });
  }
  expect(signal).toBeNull();
  expect(statement).toBeGreaterThan(10);
  expect(await isErasedWhole('KILLED-1', order)).toBe(true);
  expect(found.has(false)).toBe(true);
  expect(await stateOf(order.id)).toBe('DONE');
  await sealAll();
  expect(await verify(store)).toEqual([]);
  // some twenty processes, one after the other
}, 300_000);

test.each([1, 2, 3])('it is killed right after commit %i was sent, and goes on', async (commit) => {
  const name = `COMMITTED-${commit}`;
  const order = await ordered(name);
  expect(await eraseUntil({ AFTER_COMMIT: commit })).toBe('SIGKILL');
  await isErasedWhole(name, order);
  expect(await eraseUntil({ BEFORE: 0 })).toBeNull();
  expect(await isErasedWhole(name, order)).toBe(true);
  expect(await stateOf(order.id)).toBe('DONE');
});

test('what the journal says is erased already is not erased again', async () => {
  const parts = {
    db: store.source.manager,
    transaction: store.transaction,
    journal: journalAt(journal(), createLog('silent')),
  };
  expect(await repeatErasures(parts)).toBe(0);
});
