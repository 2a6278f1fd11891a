import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { TestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';

const clients: Client[] = [];
const sockets: TestSocket[] = [];

/** Closes every connection of the test. */
export async function closeConnections(): Promise<void> {
  for (const client of clients.splice(0)) await client.dispose();
  for (const { socket } of sockets.splice(0)) socket.terminate();
}

export const WATCH =
  'subscription { webhookRequestLogChanged { id kind webhookRequestLog { referenceDocument headers } } }';

const addressOf = (app: TestApp, path: string) => `${app.url.replace('http', 'ws')}${path}`;

/** What a client of graphql-ws received of one subscription. */
export interface Subscription {
  client: Client;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  results: any[];
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  error: any;
  completed: boolean;
}

/** Subscribes with the client that dashboards use. */
export function subscribeWithClient(app: TestApp, key: string, query = WATCH): Subscription {
  const connectionParams = { authorization: `Bearer ${key}` };
  const client = createClient({
    url: addressOf(app, '/graphql'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams,
  });
  clients.push(client);
  const subscription: Subscription = { client, results: [], error: null, completed: false };
  client.subscribe(
    { query },
    {
      next: (result) => subscription.results.push(result),
      error: (error) => {
        subscription.error = error;
      },
      complete: () => {
        subscription.completed = true;
      },
    },
  );
  return subscription;
}

/** A connection without a GraphQL client: it can send what no client sends. */
export interface TestSocket {
  socket: WebSocket;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  messages: any[];
  closed: { code: number; reason: string } | null;
  refused: number | null;
  send(message: object | string): void;
}

export interface SocketOptions {
  protocol?: string | null;
  headers?: Record<string, string>;
  path?: string;
}

export async function openSocket(
  app: TestApp,
  { protocol = 'graphql-transport-ws', headers = {}, path = '/graphql' }: SocketOptions = {},
) {
  const url = addressOf(app, path);
  const socket = new WebSocket(url, protocol ?? [], { headers });
  const test: TestSocket = {
    socket,
    messages: [],
    closed: null,
    refused: null,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
  };
  sockets.push(test);
  socket.on('message', (data) => test.messages.push(JSON.parse(String(data))));
  socket.on('close', (code, reason) => {
    test.closed = { code, reason: String(reason) };
  });
  socket.on('unexpected-response', (_request, response) => {
    test.refused = response.statusCode ?? 0;
    socket.terminate();
  });
  socket.on('error', () => undefined);
  await waitFor('the connection', () => socket.readyState !== WebSocket.CONNECTING);
  return test;
}

/** Opens a socket and authenticates. */
export async function connect(app: TestApp, key = app.adminKey, options: SocketOptions = {}): Promise<TestSocket> {
  const test = await openSocket(app, options);
  test.send({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });
  await waitFor('the acknowledgement', () => test.messages.length === 1);
  expect(test.messages).toEqual([{ type: 'connection_ack' }]);
  return test;
}

export const subscribeMessage = (id: string, query = WATCH, more: object = {}) => ({
  id,
  type: 'subscribe',
  payload: { query, ...more },
});
