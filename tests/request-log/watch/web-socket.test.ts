import WebSocket from 'ws';
import { useTestApp } from '../../support/app';
import { sendRaw } from '../../support/raw-http';
import { waitFor } from '../../support/wait-for';
import { seedRequest } from '../pages/seeded-log';
import {
  closeConnections,
  connect,
  openSocket,
  type SocketOptions,
  subscribeMessage,
  subscribeWithClient,
  type TestSocket,
  WATCH,
} from './web-socket-client';

const app = useTestApp({ PROCESSES: 'api', CORS_ORIGINS: 'https://dashboard.example.com' });

afterEach(closeConnections);

const connectWith = (key?: string, options?: SocketOptions) => connect(app, key, options);
const openWith = (options?: SocketOptions) => openSocket(app, options);
const seed = (referenceDocument: string) =>
  seedRequest(app.database, { referenceDocument, headers: [['x-customer', 'Mizan']] });

/** Adds requests to the log until one arrives: a subscription is not acknowledged. */
async function addRequestsUntil(hasArrived: () => boolean, document = 'WATCHED'): Promise<void> {
  await waitFor('an event', async () => {
    await seed(document);
    return hasArrived();
  });
}

test('a client receives changes as over HTTP, and the others continue when one unsubscribes', async () => {
  const [first, second] = [
    subscribeWithClient(app, app.adminKey),
    subscribeWithClient(app, await app.keyFor('SUPPORT')),
  ];
  await addRequestsUntil(() => first.results.length > 0 && second.results.length > 0, 'INV-0042');
  const change = { id: expect.stringMatching(/^chg_/), kind: 'CLOSED' };
  expect(first.results[0].data.webhookRequestLogChanged).toMatchObject({
    ...change,
    webhookRequestLog: { referenceDocument: 'INV-0042', headers: { 'x-customer': 'Mizan' } },
  });
  // SUPPORT sees no value of the content
  expect(second.results[0].data.webhookRequestLogChanged.webhookRequestLog).toEqual({
    referenceDocument: 'INV-0042',
    headers: { 'x-customer': '***' },
  });
  await first.client.dispose();
  const before = second.results.length;
  await addRequestsUntil(() => second.results.length > before && first.completed);
});

test.each([
  ['a mutation', 'mutation { createUser(input: { name: "over-ws", roles: [] }) { user { id } } }', 'BAD_USER_INPUT'],
  ['a query', '{ viewer { name } }', 'BAD_USER_INPUT'],
  ['introspection', '{ __schema { types { name } } }', 'BAD_USER_INPUT'],
  ['what is not GraphQL', '{', 'GRAPHQL_PARSE_FAILED'],
  ['too much of it', `subscription { webhookRequestLogChanged { ${'id '.repeat(2_000)} } }`, 'LIMIT_EXCEEDED'],
  [
    'a filter that negates nothing',
    'subscription { webhookRequestLogChanged(where: { not: {} }) { id } }',
    'BAD_USER_INPUT',
  ],
  ['a bad `after`', 'subscription { webhookRequestLogChanged(after: "x") { id } }', 'BAD_USER_INPUT'],
])('%s is refused, in the form of HTTP', async (_title, query, code) => {
  const subscription = subscribeWithClient(app, app.adminKey, query);
  await waitFor('the refusal', () => subscription.error);
  expect(subscription.error).toMatchObject([{ message: expect.any(String), extensions: { code } }]);
  expect(subscription.error[0].extensions.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(subscription.results).toEqual([]);
  expect(await app.database.query(`select 1 from users where name = 'over-ws'`)).toEqual([]);
});

test('a user without the role is refused, and the connection stays open', async () => {
  const socket = await connectWith(await app.keyFor('PUBLISHER'));
  socket.send(subscribeMessage('1'));
  await waitFor('the refusal', () => socket.messages.length === 2);
  expect(socket.messages[1]).toMatchObject({
    id: '1',
    type: 'error',
    payload: [{ extensions: { code: 'FORBIDDEN' } }],
  });
  socket.send({ type: 'ping' });
  await waitFor('the answer', () => socket.messages.at(-1).type === 'pong');
  expect(socket.closed).toBeNull();
});

describe('a connection without a key', () => {
  test.each([
    ['none', undefined],
    ['a wrong one', { authorization: 'Bearer hl_wrong' }],
    ['one that is no text', { authorization: { $ne: 1 } }],
    ['another scheme', { authorization: 'Basic eDp5' }],
  ])('is closed: %s', async (_title, payload) => {
    const socket = await openWith();
    socket.send({ type: 'connection_init', payload });
    await waitFor('the end', () => socket.closed);
    expect(socket.closed).toEqual({ code: 4401, reason: expect.stringMatching(/API key/) });
  });

  test('is closed: a right one in a list', async () => {
    const socket = await openWith();
    socket.send({ type: 'connection_init', payload: { authorization: [`Bearer ${app.adminKey}`] } });
    await waitFor('the end', () => socket.closed);
    expect(socket.closed?.code).toBe(4401);
  });

  test('cannot subscribe', async () => {
    const socket = await openWith();
    socket.send(subscribeMessage('1'));
    await waitFor('the end', () => socket.closed);
    expect(socket.closed?.code).toBe(4401);
  });

  test('is closed after 3 s without a message', async () => {
    const socket = await openWith();
    await waitFor('the end', () => socket.closed);
    expect(socket.closed?.code).toBe(4408);
  });

  test.each([
    ['among headers', (authorization: string) => ({ headers: { authorization } })],
    ['among headers, as HTTP writes it', (Authorization: string) => ({ headers: { Authorization } })],
    ['as HTTP writes it', (Authorization: string) => ({ Authorization, headers: {} })],
  ])('may have it in the parameters of the connection: %s', async (_where, payloadOf) => {
    const socket = await openWith();
    socket.send({ type: 'connection_init', payload: payloadOf(`Bearer ${app.adminKey}`) });
    await waitFor('the acknowledgement', () => socket.messages.some(({ type }) => type === 'connection_ack'));
    const wrong = await openWith();
    wrong.send({ type: 'connection_init', payload: payloadOf('Bearer hl_wrong') });
    await waitFor('the end', () => wrong.closed);
    expect(wrong.closed?.code).toBe(4401);
  });

  test('may have it in the header of the request', async () => {
    const socket = await openWith({ headers: { authorization: `Bearer ${app.adminKey}` } });
    socket.send({ type: 'connection_init' });
    socket.send({ type: 'ping' });
    await waitFor('the acknowledgement', () => socket.messages.some(({ type }) => type === 'connection_ack'));
    expect((await openWith({ headers: { authorization: 'Bearer hl_wrong' } })).refused).toBe(401);
  });
});

test.each([
  ['a frame of more than 64 KiB', () => subscribeMessage('1', WATCH, { variables: { x: 'x'.repeat(70_000) } }), 1009],
  ['what is not JSON', () => '{', 4400],
  ['an unknown message', () => ({ type: 'connect' }), 4400],
  ['a subscription without an id', () => ({ type: 'subscribe', payload: { query: WATCH } }), 4400],
  ['a second connection_init', () => ({ type: 'connection_init' }), 4429],
])('%s ends the connection', async (_title, message, code) => {
  const socket = await connectWith();
  socket.send(message());
  await waitFor('the end', () => socket.closed);
  expect(socket.closed?.code).toBe(code);
});

test('of a document with several operations, the one that operationName names is watched', async () => {
  const socket = await connectWith();
  const query = 'subscription Watch { webhookRequestLogChanged { id kind } } query Other { viewer { name } }';
  socket.send(subscribeMessage('1', query, { operationName: 'Watch' }));
  const found = () => socket.messages.find(({ id }) => id === '1');
  await addRequestsUntil(found);
  expect(found()).toMatchObject({ type: 'next', payload: { data: { webhookRequestLogChanged: { kind: 'CLOSED' } } } });
});

test('two subscriptions with one id end the connection', async () => {
  const socket = await connectWith();
  socket.send(subscribeMessage('1'));
  socket.send(subscribeMessage('1'));
  await waitFor('the end', () => socket.closed);
  expect(socket.closed?.code).toBe(4409);
});

test('a socket has 20 subscriptions, and another one when one is done', async () => {
  const socket = await connectWith();
  for (let n = 1; n <= 21; n += 1) socket.send(subscribeMessage(String(n)));
  await waitFor('the refusal', () => socket.messages.some(({ type }) => type === 'error'));
  expect(socket.messages.find(({ type }) => type === 'error')).toMatchObject({
    id: '21',
    payload: [{ message: 'One WebSocket has at most 20 subscriptions.', extensions: { code: 'LIMIT_EXCEEDED' } }],
  });
  socket.send({ id: '7', type: 'complete' });
  socket.send(subscribeMessage('22'));
  const subscriptionsWithResults = () =>
    new Set(socket.messages.filter(({ type }) => type === 'next').map(({ id }) => id));
  await addRequestsUntil(() => subscriptionsWithResults().size === 20);
  expect(subscriptionsWithResults().has('22')).toBe(true);
});

test('a key has 20 connections', async () => {
  const key = await app.keyFor('AUDITOR');
  const open = await Promise.all(Array.from({ length: 20 }, () => connectWith(key)));
  const tooMany = await openWith();
  tooMany.send({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });
  await waitFor('the end', () => tooMany.closed);
  expect(tooMany.closed).toEqual({ code: 4429, reason: expect.stringContaining('20 connections') });
  open[3]?.socket.close();
  await waitFor('a place', async () => {
    const again = await openWith();
    again.send({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });
    await waitFor('an answer', () => again.closed || again.messages.length > 0);
    return again.messages.length > 0;
  });
});

describe('while it runs', () => {
  const setUser = (key: string, change: string) =>
    app.database.query(`update users set ${change} where id = (select user_id from api_keys where key_id = $1)`, [
      key.slice(3, 11),
    ]);

  async function expectEnd(socket: TestSocket, code: string, closeCode: number): Promise<void> {
    await waitFor('the end', () => socket.closed);
    const ends = socket.messages.filter(({ type }) => type !== 'next').slice(1);
    expect(ends).toMatchObject(ends.map(() => ({ type: 'error', payload: [{ extensions: { code } }] })));
    expect(ends.map(({ id }) => id).sort()).toEqual(['a', 'b']);
    expect(socket.closed?.code).toBe(closeCode);
  }

  async function watchTwice(key: string): Promise<TestSocket> {
    const socket = await connectWith(key);
    socket.send(subscribeMessage('a'));
    socket.send(subscribeMessage('b'));
    await addRequestsUntil(() => new Set(socket.messages.map(({ id }) => id)).size === 3);
    return socket;
  }

  test('a key that is revoked ends its subscriptions and its connection', async () => {
    const key = await app.keyFor('AUDITOR');
    const [socket, idle] = [await watchTwice(key), await connectWith(key)];
    await app.database.query('update api_keys set revoked_at = now() where key_id = $1', [key.slice(3, 11)]);
    await expectEnd(socket, 'UNAUTHENTICATED', 4401);
    await waitFor('the end of the one that watched nothing', () => idle.closed?.code === 4401);
  });

  test('a user who loses the role, too', async () => {
    const key = await app.keyFor('SUPPORT');
    const socket = await watchTwice(key);
    await setUser(key, `roles = '{PUBLISHER}'`);
    await expectEnd(socket, 'FORBIDDEN', 4403);
  });
});

describe('what does not become a WebSocket', () => {
  test.each(['https://evil.example', 'null'])('a page of %s', async (origin) => {
    expect((await openWith({ headers: { origin } })).refused).toBe(403);
  });

  test.each(['/', '/graphql/stream', '/graphql/socket', '/metrics', '//graphql'])('%s', async (path) => {
    expect((await openWith({ path })).refused).toBeGreaterThanOrEqual(200);
  });

  test('a plain request to the internal path', async () => {
    const headers = { authorization: `Bearer ${app.adminKey}` };
    expect((await sendRaw(`${app.url}/graphql/socket`, { method: 'GET', headers })).status).toBe(404);
  });

  test('an offer of HTTP/2, whose request is answered', async () => {
    const headers = {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAAQAAP__',
      'content-type': 'application/json',
    };
    const answer = await sendRaw(`${app.url}/graphql`, { headers, body: '{ "query": "{ __typename }" }' });
    expect(answer).toMatchObject({ status: 200, json: { data: { __typename: 'Query' } } });
  });

  test('another protocol', async () => {
    const socket = await openWith({ protocol: 'graphql-ws' });
    await waitFor('the end', () => socket.closed || socket.socket.readyState === WebSocket.CLOSED);
    expect([1006, 4406]).toContain(socket.closed?.code);
  });

  test.each(['https://dashboard.example.com', 'ours'])('but a page of %s becomes one', async (origin) => {
    await connectWith(app.adminKey, { headers: { origin: origin === 'ours' ? app.url : origin } });
  });
});
