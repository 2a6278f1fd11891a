import { Client } from 'pg';
import { startNotifyListener } from '../../src/jobs/notifier';
import { createLog } from '../../src/logging/log';
import { startTcpProxy, type TcpProxy } from '../database/database-outage/tcp-proxy';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { waitFor } from '../support/wait-for';

let database: TestDatabase;
let proxy: TcpProxy;
let url: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const { port } = new URL(database.servingUrl);
  proxy = await startTcpProxy(() => Number(port));
  url = proxy.through(database.servingUrl);
});
afterAll(async () => {
  await proxy.stop();
  await database.drop();
});

async function listeners(): Promise<number> {
  const [row] = await database.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity
     where datname = current_database() and application_name = 'hookledger notify listener'`,
  );
  return row?.n ?? -1;
}

async function notify(what: string): Promise<void> {
  const client = new Client({ connectionString: database.servingUrl });
  await client.connect();
  await client.query(`select pg_notify('hookledger', $1)`, [what]);
  await client.end();
}

test('a notification is received, and after each lost connection all listeners are woken once', async () => {
  const heard: string[] = [];
  const listener = startNotifyListener(url, createLog('silent'), (what) => heard.push(what));
  for (let round = 1; round <= 3; round += 1) {
    await waitFor('the connection', () => heard.filter((what) => what === 'everything').length === round);
    await notify(`news ${round}`);
    await waitFor('the news', () => heard.includes(`news ${round}`));
    expect(await listeners()).toBe(1);
    proxy.heal(); // drops the connection
  }
  await waitFor('the last connection', () => heard.length === 7);
  expect(await listeners()).toBe(1);
  await listener.stop();
  await waitFor('no listener', async () => (await listeners()) === 0);
});

test('stopped while the network is silent, nothing of it comes back when that heals', async () => {
  const heard: string[] = [];
  const listener = startNotifyListener(url, createLog('silent'), (what) => heard.push(what));
  await waitFor('the connection', () => heard.length === 1);
  proxy.goSilent();
  const away = startNotifyListener(url, createLog('silent'), (what) => heard.push(what));
  const stopping = Promise.all([listener.stop(), away.stop()]);
  proxy.heal();
  await stopping;
  await waitFor('no listener', async () => (await listeners()) === 0);
  expect(heard).toHaveLength(1);
});
