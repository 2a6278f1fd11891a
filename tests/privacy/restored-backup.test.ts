// The start on a database that was restored: what the journal says is erased before anything of it is sent.
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { type JournalLine, journalAt } from '../../src/privacy/erasing/journal';
import { startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { rowsWith } from './rows-with';

const ERASURE = '019cb6e2-f0a1-7b4c-8d5e-6f7a8b9c0d1e';
const silent = createLog('silent');

let api: TestApp;
let partner: Receiver;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookledger-erasure-'));
  file = join(folder, 'journal.ndjson');
  [api, partner] = await Promise.all([startTestApp({ PROCESSES: 'api' }), startReceiver()]);
});
afterAll(async () => {
  await Promise.all([api.stop(), partner.stop()]);
  await rm(folder, { recursive: true });
});

const start = (more: Record<string, string> = {}): Promise<App> =>
  startApp(readConfig({ ...api.env, PROCESSES: 'worker,indexer', ...more }), silent);

const entry = (rows: Partial<JournalLine>): JournalLine => ({
  at: '2026-03-01T10:00:00.000Z',
  erasure: ERASURE,
  events: [],
  deliveries: [],
  requests: [],
  user: null,
  ...rows,
});

async function idsOf(table: string, name: string): Promise<string[]> {
  const rows = await api.database.query<{ id: string }>(`select id from ${table} where reference_document = $1`, [
    name,
  ]);
  return rows.map(({ id }) => id);
}

test('rule 12: an event of the outbox and a delivery that is retried are not sent again, and nothing of them is left', async () => {
  const user = await api.keyFor('PUBLISHER');
  await createTestWebhook(api, partner.url, { retrySchedule: [0, 3600] });
  partner.answerWith(() => ({ status: 500 }));
  const before = await start();
  await publish(api, [invoice('RETRIED-1')]);
  await waitFor('the first attempt', async () => {
    const { data } = await api.ask('{ deliveries(where: { status: { eq: RETRYING } }) { totalCount } }');
    return data.deliveries.totalCount === 1;
  });
  await before.stop();
  partner.answerWith(() => ({}));
  await publish(api, [invoice('WAITING-1'), invoice('KEPT-1')]);
  const journal = journalAt(file, silent);
  // the delivery alone: its event, and requests that the backup has and the line has not, are meant too
  await journal.append(entry({ deliveries: await idsOf('deliveries', 'RETRIED-1') }));
  await journal.append(entry({ events: await idsOf('business_events', 'WAITING-1') }));
  const [person] = await api.database.query<{ id: string }>(
    `select k.user_id as id from api_keys k join users u on u.id = k.user_id where u.name like '%publisher'`,
  );
  for (let twice = 0; twice < 2; twice += 1) await journal.append(entry({ user: person?.id as string }));
  const after = await start({ ERASURE_JOURNAL_FILE: file });
  try {
    await waitFor('the erasures', async () => {
      const { data } = await api.ask('{ erasures { nodes { kind status } } }');
      const { nodes } = data.erasures;
      return nodes.length > 0 && nodes.every(({ status }: { status: string }) => status === 'DONE');
    });
    await waitFor('what is kept', () => partner.calls.some(({ body }) => body.includes('KEPT-1')));
    expect(await rowsWith(api.database, 'RETRIED-1')).toEqual({});
    expect(await rowsWith(api.database, 'WAITING-1')).toEqual({});
    expect(partner.calls.filter(({ body }) => body.includes('RETRIED-1'))).toHaveLength(1);
    expect(partner.calls.filter(({ body }) => body.includes('WAITING-1'))).toHaveLength(0);
    const { data } = await api.ask('{ erasures { nodes { kind erasedCount } } }');
    expect(data.erasures.nodes).toEqual(
      expect.arrayContaining([
        { kind: 'REPEATED', erasedCount: 4 },
        { kind: 'PERSON', erasedCount: 0 },
      ]),
    );
    expect(data.erasures.nodes).toHaveLength(2);
    expect((await api.ask('{ viewer { id } }', undefined, user)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  } finally {
    await after.stop();
  }
});

test('lines that are no entries are left out, with their numbers in the log', async () => {
  const path = join(folder, 'with-faults.ndjson');
  const lines: string[] = [];
  const journal = journalAt(path, createLog('warn', { write: (line) => lines.push(line) }));
  const read = async () => {
    const found: JournalLine[] = [];
    for await (const line of journal.read()) found.push(line);
    return found;
  };
  expect(await read()).toEqual([]);
  const good = entry({ events: [ERASURE] });
  const bad = ['null', '{}', '[]', '7', '{"events":', JSON.stringify({ ...good, requests: ['\u0000'] })];
  bad.push(JSON.stringify({ ...good, user: 'jane' }), JSON.stringify({ ...good, events: null }));
  appendFileSync(path, `${bad.join('\n')}`);
  await journal.append(good);
  expect(await read()).toEqual([good]);
  expect(lines.map((line) => JSON.parse(line).line)).toEqual(bad.map((_, index) => index + 1));
});
