import { connect } from 'node:net';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { startApp } from '../../../src/app/app';
import { readConfig } from '../../../src/config/config';
import { createLog } from '../../../src/logging/log';
import { useTestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';
import { seedRequest } from '../pages/seeded-log';
import { openStream } from './event-source';

const WATCH = 'subscription ($after: ID) { webhookRequestLogChanged(after: $after) { id webhookRequestLog { url } } }';

/** The time of twenty readings, which are 25 ms apart. */
const READINGS_MS = 500;

const app = useTestApp({ PROCESSES: 'api' });

const startOther = () => startApp(readConfig(app.env), createLog('silent'));

test('a server that stops ends its streams at once, and those who watched go on at another one', async () => {
  const other = await startOther();
  const url = other.url as string;
  const streams = await Promise.all([1, 2, 3].map(() => openStream(url, { query: WATCH, key: app.adminKey })));
  await seedRequest(app.database, { referenceDocument: 'BEFORE' });
  const [change] = (await Promise.all(streams.map((stream) => stream.next(1))))[0] as { id: string }[];
  await other.stop();
  for (const stream of streams) {
    await waitFor('the end', () => stream.ended);
    // `complete` would say that there is nothing to come back for
    expect(stream.events.map(({ event }) => event)).toEqual(['next']);
  }
  await seedRequest(app.database, { referenceDocument: 'MEANWHILE' });
  const again = await openStream(app.url, { query: WATCH, key: app.adminKey, variables: { after: change?.id } });
  expect(await again.next(1)).toHaveLength(1);
  again.close();
});

test('and its WebSockets, whose clients connect again', async () => {
  const other = await startOther();
  const closed: number[] = [];
  const client = createClient({
    url: `${(other.url as string).replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${app.adminKey}` },
    on: { closed: (event) => closed.push((event as { code: number }).code) },
  });
  const results: object[] = [];
  const sink = {
    next: (result: object) => void results.push(result),
    error: () => undefined,
    complete: () => undefined,
  };
  client.subscribe({ query: WATCH }, sink);
  await waitFor('an event', async () => {
    await seedRequest(app.database, {});
    return results.length > 0;
  });
  await other.stop();
  await waitFor('the end', () => closed.length > 0);
  expect(closed).toEqual([1012]);
  await client.dispose();
});

test('a server that stops waits neither for a WebSocket that does not answer nor for a connection that says nothing', async () => {
  const other = await startOther();
  const { port } = new URL(other.url as string);
  const silent = connect(Number(port), '127.0.0.1');
  const unread = connect(Number(port), '127.0.0.1', () => {
    unread.write(
      `GET /graphql HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
        'sec-websocket-version: 13\r\nsec-websocket-protocol: graphql-transport-ws\r\n' +
        'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
  });
  for (const socket of [silent, unread]) socket.on('error', () => undefined);
  let answer = '';
  unread.on('data', (data) => {
    answer += String(data);
  });
  await waitFor('the upgrade', () => answer.includes('101 Switching Protocols'));
  await waitFor('the connection', () => silent.readyState === 'open');
  await other.stop();
  await waitFor('both ends', () => silent.destroyed && unread.destroyed);
});

test('the feed is not read while there is no subscription', async () => {
  const stream = await openStream(app.url, { query: WATCH, key: app.adminKey });
  const { query } = app.database;
  const waits = `select 1 from pg_locks where not granted and relation = 'request_changes'::regclass
    and database = (select oid from pg_database where datname = current_database())`;
  // who reads the locked table waits for it, at most until it is seen: after a long reading comes a long rest
  const isRead = async () => {
    await query('begin; lock table request_changes in access exclusive mode');
    const seeing = waitFor('a reader', async () => (await query(waits)).length > 0, READINGS_MS);
    const seen = await seeing.catch(() => false);
    await query('rollback');
    return seen;
  };
  await waitFor('the reader', isRead);
  stream.close();
  await waitFor('its rest', async () => !(await isRead()));
});
