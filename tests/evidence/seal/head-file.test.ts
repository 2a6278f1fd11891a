// The newest head is kept outside of the database: what a restored backup lacks is noticed before anything is signed.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCheckpoint, signNote } from '../../../src/evidence/formats/signed-note';
import { createHeadMemory } from '../../../src/evidence/known-head';
import { makeLogKey } from '../../../src/evidence/log-key';
import { restartLog } from '../../../src/evidence/restart-log';
import { checkHeads, seal } from '../../../src/evidence/seal';
import { reportStop, sealingStops } from '../../../src/evidence/sealing-stop.store';
import { connectTo, createTestDatabase } from '../../support/database';
import { expectSoundTree, INSERT_CLOSED, openStore, type Store, startStore } from '../stored-tree';

const HOST = 'erp.example.com';
const REASON = 'The backup of Monday was restored';
let folder: string;
let store: Store;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookledger-head-'));
  store = await startStore();
});
afterEach(async () => {
  await store.stop();
  await rm(folder, { recursive: true });
});

const pathOf = (machine: string) => join(folder, machine);
const memoryOf = (machine: string) => createHeadMemory(pathOf(machine), HOST);
const insert = (count: number, into = store) => into.database.query(INSERT_CLOSED, [count]);

async function sealOn(machine: string, into = store): Promise<void> {
  while (await seal(into.transaction, into.keyring, HOST, memoryOf(machine)));
}
const kept = async (machine: string) => readCheckpoint(await readFile(pathOf(machine), 'utf8'));
const restartOn = (machine: string, into = store) =>
  restartLog(into.transaction, { keyring: into.keyring, host: HOST, memory: memoryOf(machine), reason: REASON });

/** A copy of the database as it is now. */
async function backup(): Promise<string> {
  await store.source.destroy();
  await store.database.close();
  const copy = await createTestDatabase(store.database.name);
  await copy.close();
  store = await openStore(await connectTo(store.database.name));
  return copy.name;
}

/** The backup takes the place of the database. */
async function restore(name: string): Promise<void> {
  await store.stop();
  store = await openStore(await connectTo(name));
}

async function leaves(): Promise<number> {
  const [row] = await store.database.query<{ n: number }>('select count(*)::int as n from evidence_leaves');
  return row?.n ?? 0;
}

test('a restored backup is noticed, nothing is sealed, and a restart makes a log that names the lost head', async () => {
  await insert(5);
  await sealOn('a');
  const name = await backup();
  await insert(3);
  await sealOn('a');
  const lost = await readFile(pathOf('a'), 'utf8');
  await restore(name);
  await insert(2);
  await expect(sealOn('a')).rejects.toMatchObject({
    code: 'NEWER',
    message: expect.stringContaining('has 8 leaves, and the tree 5'),
    checkpoint: lost,
  });
  expect(await leaves()).toBe(5);

  const { head, vkey, lost: named } = await restartOn('a');
  expect(head).toMatchObject({ origin: `${HOST}/evidence/2`, treeSize: 6 });
  expect(vkey).toMatch(/^erp\.example\.com\/evidence\/2\+/);
  expect(named).toMatchObject({ origin: `${HOST}/evidence/1`, treeSize: 8 });
  const [entry] = await store.database.query<{ details: string; reason: string; at: number }>(
    `select e.details, e.reason, l.leaf_index::int as at from audit_entries e join evidence_leaves l on l.subject_id = e.id
     where action = 'evidence.restarted'`,
  );
  expect(entry).toMatchObject({ at: 5, reason: REASON });
  expect(JSON.parse(entry?.details ?? '')).toMatchObject({ lostHead: lost, vkey });
  await sealOn('a');
  expect(await expectSoundTree(store)).toBe(8);
  expect(await kept('a')).toMatchObject({ origin: `${HOST}/evidence/2`, treeSize: 8 });
  await expect(restartOn('a')).rejects.toThrow('nothing to restart');
});

test('a database that was made anew, and a backup from before a restart, are noticed too', async () => {
  await insert(2);
  await sealOn('a');
  const old = await backup();
  await writeFile(pathOf('a'), fakeHead(`${HOST}/evidence/1`, 9));
  await restartOn('a');
  await restore(old);
  await expect(restartOn('b')).rejects.toThrow('nothing to restart');
  await insert(1);
  await expect(sealOn('a')).rejects.toMatchObject({
    code: 'NEWER',
    message: expect.stringContaining('of the log erp.example.com/evidence/2, which the database lacks'),
  });
  expect((await restartOn('a')).head.origin).toBe(`${HOST}/evidence/3`);
  const empty = await createTestDatabase();
  await empty.close();
  await restore(empty.name);
  await insert(1);
  await expect(sealOn('a')).rejects.toMatchObject({ code: 'NEWER' });
  expect((await restartOn('a')).head).toMatchObject({ origin: `${HOST}/evidence/4`, treeSize: 1 });
});

const fakeHead = (origin: string, size: number, root = Buffer.alloc(32, 7)) =>
  `${origin}\n${size}\n${root.toString('base64')}\n\n— ${origin} ${Buffer.alloc(68, 1).toString('base64')}\n`;

test('a tree that was made anew contradicts the file, and with the own key of the log too', async () => {
  await insert(4);
  await sealOn('a');
  const key = await store.transaction((db) => makeLogKey(db, store.keyring, `${HOST}/evidence/1`, null));
  const text = `${key.origin}\n4\n${Buffer.alloc(32, 7).toString('base64')}\n`;
  for (const note of [fakeHead(key.origin, 4), signNote(text, key.origin, key.privateKey), fakeHead(key.origin, 3)]) {
    await writeFile(pathOf('a'), note);
    await insert(1);
    await expect(sealOn('a')).rejects.toMatchObject({ code: 'CONTRADICTS', checkpoint: note });
  }
  expect(await leaves()).toBe(4);
});

test.each([
  { what: 'is empty', text: () => '', code: 'UNREADABLE' },
  { what: 'is text', text: () => 'erp.example.com\n\nfour\n', code: 'UNREADABLE' },
  { what: 'is a megabyte', text: () => 'x'.repeat(1_000_000), code: 'UNREADABLE' },
  { what: 'was edited', text: (head: string) => head.replace('\n4\n', '\n3\n'), code: 'UNREADABLE' },
  { what: 'is of another host', text: () => fakeHead('crm.example.com/evidence/1', 4), code: 'OTHER_LOG' },
  { what: 'is of another kind of log', text: () => fakeHead('sum.example.com', 4), code: 'OTHER_LOG' },
])('a file that $what is named, and no restart passes over it', async ({ text, code }) => {
  await insert(4);
  await sealOn('a');
  await writeFile(pathOf('a'), text(await readFile(pathOf('a'), 'utf8')));
  await insert(1);
  await expect(sealOn('a')).rejects.toMatchObject({ code, checkpoint: null });
  await expect(restartOn('a')).rejects.toMatchObject({ code });
  expect(await leaves()).toBe(4);
});

test('a file that cannot be opened, and a folder that cannot be written, are named', async () => {
  await mkdir(pathOf('a'));
  await insert(1);
  await expect(sealOn('a')).rejects.toMatchObject({ code: 'UNREADABLE', message: expect.stringContaining('EISDIR') });
  await expect(sealOn('missing/file')).rejects.toMatchObject({
    code: 'UNWRITABLE',
    message: 'EVIDENCE_HEAD_FILE cannot be written: ENOENT.',
  });
  expect(await store.database.query('select from evidence_heads')).toEqual([]);
  await chmod(folder, 0o700);
  await sealOn('b');
  expect(await kept('b')).toMatchObject({ treeSize: 1 });
});

test('a file that is missing or older gets the newest head, and a newer head stays in it', async () => {
  await insert(2);
  await sealOn('a');
  await insert(2);
  await sealOn('a');
  expect(await store.transaction((db) => checkHeads(db, memoryOf('b')))).toBe(true);
  expect(await readFile(pathOf('b'), 'utf8')).toBe(await readFile(pathOf('a'), 'utf8'));
  // as when the process ended after the file was written and before the head was committed
  const newest = await readFile(pathOf('a'), 'utf8');
  await store.database.query(`set session_replication_role = replica`);
  await store.database.query('delete from evidence_heads where tree_size = 4');
  await store.database.query(`reset session_replication_role`);
  await store.transaction((db) => checkHeads(db, memoryOf('a')));
  expect(await readFile(pathOf('a'), 'utf8')).toBe(newest);
  await sealOn('a');
  expect(await readFile(pathOf('a'), 'utf8')).toBe(newest);
});

test('two machines with files of their own: what one knows stops the other, and both go on after a restart', async () => {
  await insert(3);
  await sealOn('a');
  await sealOn('b');
  const name = await backup();
  await insert(3);
  await sealOn('a');
  await restore(name);
  await insert(1);
  const fault = await sealOn('a').catch((error) => error);
  const { manager } = store.source;
  const since = new Date();
  await reportStop(manager, {
    reporter: 'a',
    code: fault.code,
    message: fault.message,
    checkpoint: fault.checkpoint,
    since,
  });
  await reportStop(manager, { reporter: 'c', code: 'UNWRITABLE', message: 'No room.', checkpoint: null, since });
  expect(await sealingStops(manager, new Date(since.getTime() + 30_000))).toHaveLength(2);
  // what concerns one machine is forgotten when that machine says no more
  expect(await sealingStops(manager, new Date(since.getTime() + 90_000))).toMatchObject([{ reporter: 'a' }]);
  await expect(sealOn('b')).rejects.toMatchObject({
    code: 'NEWER',
    message: expect.stringContaining('another process'),
  });
  await restartOn('b');
  for (const machine of ['a', 'b']) {
    await insert(1);
    await sealOn(machine);
    expect(await kept(machine)).toMatchObject({ origin: `${HOST}/evidence/2` });
  }
  await expectSoundTree(store);
});

test('two machines whose files have different heads: one restart names the newer one, on whichever machine it is made', async () => {
  await insert(3);
  await sealOn('a');
  await sealOn('b');
  const name = await backup();
  await insert(3);
  await sealOn('a');
  await insert(2);
  await sealOn('b');
  await restore(name);
  await insert(1);
  // each process reports what stops it
  for (const machine of ['a', 'b', 'a']) {
    const { code, message, checkpoint } = await sealOn(machine).catch((error) => error);
    const { reporter } = memoryOf(machine);
    await reportStop(store.source.manager, { reporter, code, message, checkpoint, since: new Date() });
  }
  const { lost } = await restartOn('a');
  expect(lost.treeSize).toBe(8);
  for (const machine of ['a', 'b']) {
    await insert(1);
    await sealOn(machine);
    expect(await kept(machine)).toMatchObject({ origin: `${HOST}/evidence/2` });
  }
});

test('a process says of its own stop what it said first, not that another process reported it', async () => {
  await insert(3);
  await sealOn('a');
  await writeFile(pathOf('a'), fakeHead(`${HOST}/evidence/1`, 9));
  await insert(1);
  const first = await sealOn('a').catch((error) => error);
  expect(first.message).toMatch(/^EVIDENCE_HEAD_FILE has 9 leaves, and the tree 3/);
  const { code, message, checkpoint } = first;
  const copied = { code, message: 'The head that another process reported is newer.', checkpoint, since: new Date() };
  await reportStop(store.source.manager, { ...copied, reporter: memoryOf('a').reporter, message });
  for (const reporter of ['!', '~']) await reportStop(store.source.manager, { ...copied, reporter });
  // also when the file can no longer be read
  for (const content of [checkpoint, 'damaged']) {
    await writeFile(pathOf('a'), content);
    await expect(sealOn('a')).rejects.toMatchObject({ code, message, checkpoint });
  }
});

test('a head that was reported, and that the tree contains after all, stops nobody', async () => {
  await insert(3);
  await sealOn('a');
  const checkpoint = await readFile(pathOf('a'), 'utf8');
  const since = new Date();
  await reportStop(store.source.manager, { reporter: 'b', code: 'NEWER', message: 'Lost.', checkpoint, since });
  await insert(1);
  await sealOn('a');
  expect(await sealingStops(store.source.manager, since)).toEqual([]);
});
