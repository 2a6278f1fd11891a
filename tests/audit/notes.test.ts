import type { DataSource } from 'typeorm';
import type { Viewer } from '../../src/access/viewer';
import { closeEndedWindows, recordLost, writeDenials, writeReads } from '../../src/audit/notes/audit-notes';
import { type ContentRead, createDenialNotes, createReadNotes } from '../../src/audit/notes/note-windows';
import { createDataSource } from '../../src/database/data-source';
import { SERVE } from '../../src/database/pools';
import { startAuditNotes } from '../../src/jobs/audit-loops';
import { createLog } from '../../src/logging/log';
import { newId } from '../../src/values/ids';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { MINUTE_MS, untilWindowLasts } from './window-end';

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  source = await createDataSource(database.servingUrl, { ...SERVE, poolSize: 4 }).initialize();
});
afterAll(async () => {
  await source?.destroy();
  await database?.drop();
});

const transaction = <T>(work: Parameters<DataSource['transaction']>[1]) =>
  source.transaction(work as never) as Promise<T>;

function viewerOf(userId = newId()): Viewer {
  const roles = new Set(['AUDITOR'] as const);
  const from = { remoteAddress: '192.0.2.7', userAgent: null, requestId: 'r-1' };
  return { userId, apiKeyId: newId(), sessionId: null, name: 'auditor', roles, ...from };
}

const readOf = (document: string): ContentRead => ({
  operation: null,
  fields: ['BusinessEvent.data'],
  filter: [{ field: 'businessEvents', arguments: { document } }],
  rowId: null,
});

async function detailsOf(viewer: Viewer) {
  const rows = await database.query<{ details: string; criteria: string | null }>(
    'select details, criteria from audit_entries where actor_id = $1 order by id',
    [viewer.userId],
  );
  return rows.map(({ details, criteria }) => ({ ...JSON.parse(details), ...JSON.parse(criteria ?? '{}') }));
}

beforeEach(() => untilWindowLasts(MINUTE_MS));

const write = (notes: ReturnType<typeof createReadNotes>) => writeReads(transaction as never, notes);
const close = () => closeEndedWindows(transaction as never);

test('two processes that note the same reading at once write one entry', async () => {
  const viewer = viewerOf();
  const processes = [createReadNotes(), createReadNotes(), createReadNotes()];
  for (const notes of processes) for (const document of ['b', 'a', 'b', 'c']) notes.add(viewer, readOf(document));
  await Promise.all(processes.map(write));
  const details = await detailsOf(viewer);
  expect(details.map(({ filter }) => filter[0].arguments.document).sort()).toEqual(['a', 'b', 'c']);
});

test('a viewer who reads with ever other filters has a limited number of entries, and one that says so', async () => {
  const viewer = viewerOf();
  const other = viewerOf();
  const notes = createReadNotes({ waiting: 100, perViewer: 3 });
  for (let i = 0; i < 1_000; i++) notes.add(viewer, readOf(`INV-${i}`));
  notes.add(other, readOf('INV-1'));
  await write(notes);
  const details = await detailsOf(viewer);
  expect(details).toHaveLength(4);
  expect(details[3]).toEqual({ recordedOneByOne: 3, readAt: expect.any(String) });
  expect(await detailsOf(other)).toHaveLength(1);
});

test('what cannot be written waits, up to a limit, and the trail says how many are missing', async () => {
  const viewer = viewerOf();
  const notes = createReadNotes({ waiting: 2, perViewer: 100 });
  for (const document of ['a', 'b', 'c', 'd']) notes.add(viewer, readOf(document));
  const away = () => Promise.reject(new Error('the database is away'));
  await expect(writeReads(away, notes)).rejects.toThrow('the database is away');
  await write(notes);
  expect(await detailsOf(viewer)).toHaveLength(2);
  const lost = notes.takeLost();
  expect(lost).toBe(2);
  expect(notes.takeLost()).toBe(0);
  await recordLost(source.manager, lost, 0);
  // a reading that was lost is noted at its next time
  notes.add(viewer, readOf('d'));
  await write(notes);
  expect(await detailsOf(viewer)).toHaveLength(3);
  const [entry] = await database.query<{ details: string; actor_kind: string }>(
    "select details, actor_kind from audit_entries where action = 'audit.notes_lost'",
  );
  expect(entry).toEqual({ actor_kind: 'SYSTEM', details: JSON.stringify({ reads: 2, denials: 0 }) });
});

test('denials of a minute, counted by several processes, are one entry when the minute has ended', async () => {
  const viewer = viewerOf();
  const processes = [createDenialNotes(), createDenialNotes()];
  for (const notes of processes) for (let i = 0; i < 5; i++) notes.add(viewer, 'WebhookRequestLog.data');
  processes[0]?.add(viewer, 'Mutation.pauseWebhook');
  await Promise.all(processes.map((notes) => writeDenials(source.manager, notes)));
  await close();
  expect(await detailsOf(viewer)).toEqual([]);
  await database.query("update audit_windows set ends_at = now() - interval '1 second'");
  await Promise.all([close(), close(), close()]);
  const firstAt = expect.stringMatching(/^20.*Z$/);
  const byField = (a: { field: string }, b: { field: string }) => (a.field < b.field ? -1 : 1);
  expect((await detailsOf(viewer)).sort(byField)).toEqual([
    { field: 'Mutation.pauseWebhook', count: 1, firstAt },
    { field: 'WebhookRequestLog.data', count: 10, firstAt },
  ]);
  const [entry] = await database.query(
    "select outcome, actor_id, api_key_id, remote_address, request_id from audit_entries where action = 'access.denied' limit 1",
  );
  expect(entry).toEqual({
    outcome: 'DENIED',
    actor_id: viewer.userId,
    api_key_id: viewer.apiKeyId,
    remote_address: '192.0.2.7',
    request_id: 'r-1',
  });
  expect(await database.query('select from audit_windows')).toEqual([]);
});

test('denials that cannot be written are added to those that follow', async () => {
  const viewer = viewerOf();
  const notes = createDenialNotes();
  notes.add(viewer, 'Query.users');
  const broken = { queryRunner: { connect: () => Promise.reject(new Error('away')) } };
  await expect(writeDenials(broken as never, notes)).rejects.toThrow('away');
  notes.add(viewer, 'Query.users');
  await writeDenials(source.manager, notes);
  await database.query("update audit_windows set ends_at = now() - interval '1 second'");
  await close();
  const details = await detailsOf(viewer);
  expect(details.reduce((sum, { count }) => sum + count, 0)).toBe(2);
});

test('denials whose commit succeeded are counted once, also if its answer was lost', async () => {
  const viewer = viewerOf();
  const notes = createDenialNotes();
  notes.add(viewer, 'Query.users');
  const lost = {
    ...notes,
    written() {
      throw new Error('the connection was lost');
    },
  };
  await expect(writeDenials(source.manager, lost)).rejects.toThrow('the connection was lost');
  notes.add(viewer, 'Query.users');
  await writeDenials(source.manager, notes);
  await database.query("update audit_windows set ends_at = now() - interval '1 second'");
  await close();
  const details = await detailsOf(viewer);
  expect(details.reduce((sum, { count }) => sum + count, 0)).toBe(2);
});

test('a process that stops writes all readings that wait', async () => {
  const notes = startAuditNotes(source, createLog('silent'));
  const viewers = [viewerOf(), viewerOf()];
  for (const viewer of viewers) for (let i = 0; i < 800; i++) notes.read(viewer, readOf(`INV-${i}`));
  await notes.stop();
  const written = await Promise.all(viewers.map(detailsOf));
  expect(written.map(({ length }) => length)).toEqual([800, 800]);
});
