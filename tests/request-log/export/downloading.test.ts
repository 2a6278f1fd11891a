import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { useTestApp } from '../../support/app';
import { createTestDatabase } from '../../support/database';
import { mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { seedManyAt } from '../pages/seeded-log';
import { startExportServer } from './export-server';
import { fetchExport, linesOf, openExport, readOn, requestExport } from './exports';

/** More than a connection holds, so that a download which is not read does not end. */
const ROWS = 20_000;
/** More than one statement reads. */
const FEW_ROWS = 4_500;
const app = useTestApp({ PROCESSES: 'api' });
let whole: string;
let few: string;

beforeAll(async () => {
  await seedManyAt(app.database, Date.now() - 60_000, ROWS, 'MANY');
  whole = (await fetchExport(app, await orderMany())).text;
  expect(linesOf(whole)).toHaveLength(ROWS);
  await seedManyAt(app.database, Date.now() - 65_000, FEW_ROWS, 'FEW');
  few = (await fetchExport(app, await orderFew())).text;
  expect(linesOf(few)).toHaveLength(FEW_ROWS);
});

const orderOf = (document: string, more: object = {}) =>
  requestExport(app, { where: { referenceDocument: { eq: document } }, ...more });
const orderMany = () => orderOf('MANY');
const orderFew = (more: object = {}) => orderOf('FEW', more);

/** How the last download of an export ended, as it was written down. */
function ending(id: string): Promise<{ rows: number; bytes: number; complete: boolean }> {
  return waitFor('the end of the download', async () => {
    const [row] = await app.database.query<{ action: string; details: string }>(
      `select action, details from audit_entries where replace(subject_id::text, '-', '') = $1 order by id desc limit 1`,
      [id.slice(4)],
    );
    return row?.action === 'export.download_ended' && JSON.parse(row.details);
  });
}

test('declares its type, and may not be cached on the way', async () => {
  const ndjson = await orderFew();
  const csv = await orderFew({ format: 'CSV' });
  const answers = [await fetchExport(app, ndjson), await fetchExport(app, csv)];
  expect(answers.map(({ headers }) => headers)).toMatchObject([
    {
      'content-type': 'application/x-ndjson',
      'content-disposition': `attachment; filename="webhook-request-logs-${ndjson}.ndjson"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="webhook-request-logs-${csv}.csv"`,
    },
  ]);
});

test.each([
  ['gzip', true],
  ['br, gzip;q=0.5', true],
  ['gzip;q=0', false],
  ['identity', false],
])('is compressed where the client accepts it: accept-encoding: %s', async (accepted, isCompressed) => {
  const id = await orderFew();
  const response = await fetch(`${app.url}/exports/${id}`, {
    headers: { authorization: `Bearer ${app.adminKey}`, 'accept-encoding': accepted },
  });
  expect(response.headers.get('content-encoding')).toBe(isCompressed ? 'gzip' : null);
  expect(response.headers.get('vary')).toContain('accept-encoding');
  // fetch unpacks it
  expect((await response.text()) === few).toBe(true);
});

test('several at once are the same file', async () => {
  const id = await orderFew();
  const texts = await Promise.all([1, 2, 3, 4].map(async () => (await fetchExport(app, id)).text));
  expect(texts.map((text) => text === few)).toEqual([true, true, true, true]);
  const answer = await app.ask(`{ export(id: "${id}") { downloads } }`);
  expect(answer.data.export.downloads).toBe(4);
});

test('is read no faster than it is taken, so that it needs no more memory the longer it is', async () => {
  await seedManyAt(app.database, Date.now() - 70_000, 30_000, 'MORE');
  const server = await startExportServer(app, { patienceMs: 1_000 });
  const id = await requestExport(app, { where: { referenceDocument: { eq: 'MORE' } }, includeContent: true });
  await openExport(server, id);
  // the connection was closed because the client read nothing for a while
  const { rows } = await ending(id);
  expect(rows).toBeLessThan(25_000);
  // batches of 500: the one that leaves, and one ahead of it
  expect(server.rowsRead() - rows).toBeLessThan(3 * 500);
  await server.stop();
});

test('a database that goes away in the middle breaks it off: no file that only looks whole', async () => {
  const reader = `reader_${randomBytes(6).toString('hex')}`;
  await app.database.query(`create role ${reader} login password 'reader' in role hookledger`);
  const login = { username: reader, password: 'reader' };
  const server = await startExportServer(app, {}, Object.assign(new URL(app.database.servingUrl), login).href);
  const id = await orderMany();
  const response = await openExport(server, id);
  await waitFor('the beginning', () => response.readableLength > 0);
  await app.database.query(`alter role ${reader} nologin`);
  await app.database.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${reader}'`);
  const { bytes, isWhole } = await readOn(response);
  expect([isWhole, bytes < whole.length]).toEqual([false, true]);
  expect((await ending(id)).complete).toBe(false);
  await server.stop();
  await app.database.query(`drop role ${reader}`);
});

test('connections that are lost in the middle, as in a failover, do not break it off', async () => {
  const server = await startExportServer(app, { triedAgainAfterMs: [10, 10] });
  const id = await orderMany();
  const response = await openExport(server, id);
  await waitFor('the beginning', () => response.readableLength > 0);
  await loseConnections();
  const { bytes, isWhole } = await readOn(response);
  expect([isWhole, bytes]).toEqual([true, Buffer.byteLength(whole)]);
  expect(await ending(id)).toMatchObject({ complete: true, rows: ROWS });
  await server.stop();
});

describe('a database that has taken over without the order may lack requests too: it breaks it off', () => {
  test.each([
    ['while a statement runs', 0],
    ['between two statements', 500],
  ])('%s', async (_when, idleMs) => {
    const server = await startExportServer(app, { triedAgainAfterMs: [10, 10] });
    const id = await orderMany();
    const response = await openExport(server, id);
    await waitFor('the beginning', () => response.readableLength > 0);
    await wait(idleMs);
    await app.database.query(`delete from exports where replace(id::text, '-', '') = $1`, [id.slice(4)]);
    await loseConnections();
    const { bytes, isWhole } = await readOn(response);
    expect([isWhole, bytes < whole.length]).toEqual([false, true]);
    await server.stop();
  });
});

test('the file of a person is broken off there too', async () => {
  const { user } = await mutate(app, 'createUser', { name: 'with many requests', roles: [] }, 'user { id }');
  await app.database.query(
    `insert into webhook_request_logs (id, user_id, direction, status, attempt_number, duplicate, method, url, started_at, finished_at)
     select new_id(), (select id from users where name = 'with many requests'), 'OUTGOING', 'SUCCEEDED', 1, false, 'POST',
       'https://partner.example/', now(), now() from generate_series(1, $1::int)`,
    [ROWS],
  );
  const input = { target: { userId: user.id }, reason: 'Request 16 under Art. 15' };
  const order = async () => (await mutate(app, 'exportPersonalData', input, 'export { id }')).export.id;
  const file = (await fetchExport(app, await order())).text;
  expect(linesOf(file).filter(({ kind }) => kind === 'request')).toHaveLength(ROWS);
  const server = await startExportServer(app, {});
  const id = await order();
  const response = await openExport(server, id);
  await nothingIsRead(server);
  await app.database.query(`delete from exports where replace(id::text, '-', '') = $1`, [id.slice(4)]);
  await loseConnections();
  const { bytes, isWhole } = await readOn(response);
  expect([isWhole, bytes < file.length]).toEqual([false, true]);
  await server.stop();
});

/** Waits until a download waits for its client. */
async function nothingIsRead({ rowsRead }: { rowsRead: () => number }): Promise<void> {
  for (let before = 0; before === 0 || before !== rowsRead(); ) {
    before = rowsRead();
    await wait(500);
  }
}

async function loseConnections(): Promise<void> {
  const [lost] = await app.database.query<{ n: number }>(
    `select count(pg_terminate_backend(pid))::int as n from pg_stat_activity
      where application_name like '%test replica%' and datname = current_database()`,
  );
  expect(lost?.n).toBeGreaterThan(0);
}

test('where it broke off, it goes on: together that is the whole file', async () => {
  const id = await orderFew();
  const response = await openExport(app, id);
  let text = '';
  for await (const chunk of response) {
    text += chunk;
    if (text.length > 500_000) break;
  }
  const kept = text.slice(0, text.lastIndexOf('\n') + 1);
  const last = linesOf(kept).at(-1)?.id;
  const rest = await fetchExport(app, id, { search: `?after=${last}` });
  expect(kept + rest.text === few).toBe(true);
});

test('a client that disconnects is noticed, and its slot is free', async () => {
  const server = await startExportServer(app, { perKey: 1 });
  const id = await orderMany();
  for (let n = 0; n < 3; n += 1) {
    const response = await waitFor('a place', async () => {
      const opened = await openExport(server, id);
      return opened.statusCode === 200 && opened;
    });
    response.destroy();
  }
  expect((await ending(id)).complete).toBe(false);
  await server.stop();
});

test('one key has a limit of concurrent downloads, and so has the process', async () => {
  const server = await startExportServer(app, { perKey: 2, inAll: 3 });
  const id = await orderMany();
  const other = await app.keyFor('AUDITOR');
  const open = [await openExport(server, id), await openExport(server, id)];
  const third = await fetchExport(server, id);
  expect([third.status, third.json.errors[0].extensions.code]).toEqual([429, 'LIMIT_EXCEEDED']);
  expect(Number(third.headers['retry-after'])).toBeGreaterThan(0);
  open.push(await openExport(server, id, other));
  expect(open.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
  expect((await fetchExport(server, id, { key: other })).status).toBe(429);
  const [first, ...others] = open;
  for (const each of others) each.destroy();
  expect((await readOn(first as (typeof open)[0])).isWhole).toBe(true);
  const small = await orderFew();
  await waitFor('a place', async () => (await fetchExport(server, small)).status === 200);
  await server.stop();
});

test('a replica that has not heard of the order yet is not read', async () => {
  const replica = await createTestDatabase();
  const server = await startExportServer(app, {}, replica.servingUrl);
  expect((await fetchExport(server, await orderFew())).text === few).toBe(true);
  await server.stop();
  await replica.drop();
});

test('a client that reads nothing for too long is disconnected', async () => {
  const server = await startExportServer(app, { patienceMs: 200 });
  const id = await orderMany();
  const response = await openExport(server, id);
  const { complete, rows } = await ending(id);
  expect([complete, rows < ROWS]).toEqual([false, true]);
  expect((await readOn(response)).isWhole).toBe(false);
  await server.stop();
});

test('a key that is revoked in the middle ends it', async () => {
  const server = await startExportServer(app, { checkMs: 0 });
  const key = await app.keyFor('AUDITOR');
  const id = await orderMany();
  const response = await openExport(server, id, key);
  await app.database.query('update api_keys set revoked_at = now() where key_id = $1', [key.slice(3, 11)]);
  expect((await readOn(response)).isWhole).toBe(false);
  expect((await ending(id)).complete).toBe(false);
  await server.stop();
});

test('a server that stops does not wait for it, and writes down how far it came', async () => {
  const server = await startExportServer(app, {});
  const id = await orderMany();
  const response = await openExport(server, id);
  const read = readOn(response.pause());
  await server.stop();
  await read;
  expect((await ending(id)).bytes).toBeLessThan(whole.length + 1);
});
