// Several hosts in a URL: which of them a session is with, and what happens when that changes.
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createDataSource } from '../../src/database/data-source';
import { SERVE } from '../../src/database/pools';
import { rowsOf } from '../../src/sql/db';
import { SafeClient, sessionConfig } from '../../src/sql/session';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { waitFor } from '../support/wait-for';
import { startTcpProxy, type TcpProxy } from './database-outage/tcp-proxy';

let database: TestDatabase;
/** What is behind them is the test database, while they are not said to be away. */
let first: TcpProxy;
let second: TcpProxy;
let web: Server;
let isFirstAway = false;

beforeAll(async () => {
  database = await createTestDatabase();
  const port = Number(new URL(database.servingUrl).port);
  first = await startTcpProxy(() => (isFirstAway ? null : port));
  second = await startTcpProxy(() => port);
  web = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
});
afterAll(async () => {
  web.close();
  await Promise.all([first.stop(), second.stop()]);
  await database.drop();
});

function urlOf(hosts: readonly (string | number)[], parameters: string): string {
  const { username, password, pathname } = new URL(database.servingUrl);
  const list = hosts.map((host) => (typeof host === 'number' ? `127.0.0.1:${host}` : host));
  return `postgres://${username}:${password}@${list}${pathname}?${parameters}`;
}

async function connected<Result>(url: string, work: (client: SafeClient) => Promise<Result>): Promise<Result> {
  const client = new SafeClient({ ...sessionConfig({ name: 'test' }), connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const portOf = (url: string) => connected(url, async ({ port }) => port);

const setReadOnly = async (value: 'on' | 'off') => {
  const [{ name }] = (await database.query('select current_database() as name')) as [{ name: string }];
  await database.query(`alter database ${name} set default_transaction_read_only = ${value}`);
};

test('a host that is gone, unknown, silent or no PostgreSQL is passed over', async () => {
  const silent = await startTcpProxy(() => null);
  silent.goSilent();
  const { port: noPostgres } = web.address() as AddressInfo;
  try {
    for (const wrong of [1, 'no-such-host.invalid:5432', silent.port, noPostgres]) {
      const url = urlOf([wrong, second.port], 'target_session_attrs=read-write&connect_timeout=1');
      expect(await portOf(url)).toBe(second.port);
    }
  } finally {
    await silent.stop();
  }
});

test('if none is there, the error says of each why', async () => {
  const { port: noPostgres } = web.address() as AddressInfo;
  const url = urlOf(['127.0.0.1:1', 'no-such-host.invalid:5432', noPostgres], 'target_session_attrs=read-write');
  await expect(portOf(url)).rejects.toThrow(
    /^no host is read-write \(127\.0\.0\.1:1: connect ECONNREFUSED .+; no-such-host\.invalid:5432: getaddrinfo .+; 127\.0\.0\.1:\d+: .+\)$/,
  );
});

test('a server is taken that is what the URL asks for', async () => {
  const at = (target: string) => portOf(urlOf([first.port, second.port], `target_session_attrs=${target}`));
  expect(await at('primary')).toBe(first.port);
  expect(await at('prefer-standby')).toBe(first.port);
  await expect(at('standby')).rejects.toThrow(/^no host is standby \(.+: is a primary; .+: is a primary\)$/);
  await setReadOnly('on');
  try {
    await expect(at('read-write')).rejects.toThrow(/^no host is read-write \(.+: is read-only; .+: is read-only\)$/);
    expect(await at('read-only')).toBe(first.port);
  } finally {
    await setReadOnly('off');
  }
  expect(await at('read-write')).toBe(first.port);
});

test('a wrong password is an error that waiting does not cure', async () => {
  const url = urlOf([1, second.port], 'target_session_attrs=any').replace(/:[^:@]+@/, ':wrong@');
  await expect(portOf(url)).rejects.toMatchObject({ name: 'NoHost', code: '28P01' });
});

test('a pool finds the next host as soon as the first is away, and closes its sessions with the first', async () => {
  const url = urlOf([first.port, second.port], 'target_session_attrs=read-write');
  const source = await createDataSource(url, { ...SERVE, poolSize: 3 }).initialize();
  try {
    const before = second.startups.length;
    await rowsOf(source.manager, 'select 1');
    expect(second.startups.length).toBe(before);
    isFirstAway = true;
    first.heal(); // drops the connections
    await waitFor('a session with the second', () =>
      rowsOf(source.manager, 'select 1').then(
        () => true,
        () => false,
      ),
    );
    expect(second.startups.length).toBeGreaterThan(before);
  } finally {
    isFirstAway = false;
    await source.destroy();
  }
});

test('a first host that answers nothing more holds up no caller for long, although its sessions are in use', async () => {
  const url = urlOf([first.port, second.port], 'target_session_attrs=read-write&connect_timeout=1');
  const source = await createDataSource(url, { ...SERVE, poolSize: 4 }).initialize();
  try {
    const stuck = rowsOf(source.manager, 'select pg_sleep(600)').catch((error: Error) => error.message);
    await waitFor('it to be sent', async () => {
      const rows = await database.query(`select from pg_stat_activity where query = 'select pg_sleep(600)'`);
      return rows.length === 1;
    });
    first.goSilent();
    const tries = () =>
      Promise.race([
        rowsOf(source.manager, 'select 1').then(() => true),
        new Promise<boolean>((resolve) => setTimeout(resolve, 3_000, false)),
      ]).catch(() => false);
    await waitFor('a session with the second', tries, 20_000);
    expect(await stuck).toMatch(/^Connection terminated/);
  } finally {
    first.heal();
    await source.destroy();
  }
});

test('a session that meets a server which only reads is closed, and so are the others of the same URL', async () => {
  await setReadOnly('on');
  const open = () => createDataSource(first.through(database.servingUrl), { ...SERVE, poolSize: 1 }).initialize();
  const [writing, other] = await Promise.all([open(), open()]);
  const isReadOnly = async (source: typeof writing) => {
    const rows = await rowsOf<{ on: boolean }>(
      source.manager,
      `select current_setting('transaction_read_only')::boolean as on`,
    );
    return rows[0]?.on;
  };
  try {
    expect(await Promise.all([isReadOnly(writing), isReadOnly(other)])).toEqual([true, true]);
    await setReadOnly('off');
    expect(await Promise.all([isReadOnly(writing), isReadOnly(other)])).toEqual([true, true]);
    await expect(rowsOf(writing.manager, 'delete from outbox where false')).rejects.toMatchObject({ code: '25006' });
    expect(await Promise.all([isReadOnly(writing), isReadOnly(other)])).toEqual([false, false]);
  } finally {
    await Promise.all([writing.destroy(), other.destroy()]);
  }
});

// it would end the process later, when the session has been silent for its time
test('a session for which no host was found leaves no socket open', async () => {
  const client = new SafeClient({
    ...sessionConfig({ name: 'test', statementTimeoutMs: 1_000 }),
    connectionString: urlOf([1, 2], 'target_session_attrs=primary'),
  });
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  await expect(client.connect()).rejects.toThrow('no host is primary');
  expect([stream.destroyed, stream.listenerCount('error') > 0]).toEqual([true, true]);
});
