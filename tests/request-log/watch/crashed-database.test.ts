// A crash of PostgreSQL takes back what was not durable, and gives the numbers of those transactions again. Who watches the log misses
// nothing of what is committed then.
import { randomBytes } from 'node:crypto';
import { type App, startApp } from '../../../src/app/app';
import { readConfig } from '../../../src/config/config';
import { createLog } from '../../../src/logging/log';
import { createPostgresServer, type PostgresServer } from '../../chaos/postgres-server';
import { startTcpProxy, type TcpProxy } from '../../database/database-outage/tcp-proxy';
import type { TestDatabase } from '../../support/database';
import { waitFor } from '../../support/wait-for';
import { seedRequest } from '../pages/seeded-log';
import { openStream } from './event-source';

const KEY = `test-administrator-${randomBytes(12).toString('hex')}`;
const QUERY = 'subscription { webhookRequestLogChanged { id dropped webhookRequestLog { referenceDocument } } }';
const MANY = 30;

let server: PostgresServer;
let proxy: TcpProxy;
let app: App;
let isAway = false;

beforeAll(async () => {
  server = await createPostgresServer();
  proxy = await startTcpProxy(() => (isAway ? null : server.port()));
  const urls = server.urlsAt(proxy.port);
  const config = readConfig({
    DATABASE_URL: urls.servingUrl,
    MIGRATION_DATABASE_URL: urls.migrationUrl,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_API_KEY: KEY,
    PORT: '0',
    PROCESSES: 'api',
  });
  app = await startApp(config, createLog('silent'));
  // what is not durable is not written before the crash
  await server.query(`alter system set wal_writer_delay = '10s'`);
  await server.query('alter role postgres set synchronous_commit = off');
  await server.query('select pg_reload_conf()');
  await server.query('checkpoint');
});
afterAll(async () => {
  await app?.stop();
  await proxy?.stop();
  await server?.remove();
});

async function seed(name: string): Promise<void> {
  for (let n = 1; n <= MANY; n += 1) {
    await seedRequest(server as unknown as TestDatabase, { referenceDocument: `${name}-${n}` });
  }
}

const all = (name: string) => Array.from({ length: MANY }, (_, index) => `${name}-${index + 1}`);

const nextTransaction = async (): Promise<number> => {
  const [row] = await server.query<{ next: string }>('select pg_snapshot_xmax(pg_current_snapshot())::text as next');
  return Number(row?.next);
};

async function crash(): Promise<void> {
  isAway = true;
  await server.stop('SIGKILL');
  proxy.heal(); // drops the connections
  await server.start();
}

test('who watches, or comes back, gets what is committed under numbers that were given before', async () => {
  const stream = await openStream(app.url as string, { query: QUERY, key: KEY });
  const documents = () => stream.changes().map((change) => change.webhookRequestLog.referenceDocument as string);
  const { before, lastId, lost } = await waitFor('transactions that are lost', async () => {
    const had = documents().length;
    await seed('LOST');
    await stream.next(had + MANY);
    const next = await nextTransaction();
    const last = stream.changes().at(-1)?.id as string;
    await crash();
    const isBack = (await nextTransaction()) < next - MANY / 2;
    isAway = !isBack ? false : isAway;
    return isBack && { before: next, lastId: last, lost: documents().length };
  });
  await seed('KEPT');
  expect(await nextTransaction()).toBeLessThanOrEqual(before + MANY);
  isAway = false;
  await stream.next(lost + MANY);
  expect(documents().slice(lost)).toEqual(all('KEPT'));
  expect(stream.changes().every(({ dropped }) => dropped === 0)).toBe(true);

  const resumed = await openStream(app.url as string, { query: QUERY, key: KEY, headers: { 'last-event-id': lastId } });
  await resumed.next(MANY);
  const again = resumed.changes().map((change) => change.webhookRequestLog.referenceDocument as string);
  expect(again.filter((each) => each.startsWith('KEPT'))).toEqual(all('KEPT'));

  await seed('LATER');
  await stream.next(lost + 2 * MANY);
  expect(documents().slice(lost + MANY)).toEqual(all('LATER'));
  expect(stream.ended).toBe(false);
  for (const each of [stream, resumed]) each.close();
});
