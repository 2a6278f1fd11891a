// Subscriptions over WebSocket: the graphql-transport-ws protocol (graphql-ws) at /graphql.
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { readViewer } from './http-context';
import { faultOf } from './http-errors';
import { refuseForeignOrigin } from './origin';
import { tooMany } from './refusal';
import { WATCH_LIMITS } from './watch-places';
import type { WatchServer } from './watch-server';
import { createWatchProtocol } from './web-socket-protocol';

const MAX_MESSAGE_BYTES = 64 * 1024;
/** Who does not answer a ping before the next one is gone. */
const PING_MS = 30_000;
const GOODBYE_MS = 250;
/** Service Restart: clients come back. */
const RESTARTING = 1012;

/** Other upgrades, such as the offer of HTTP/2 (h2c) that some clients send along, are to be read as what else they are. */
export function isWebSocketUpgrade({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** Where requests to upgrade /graphql are led, so that they pass what all requests pass. */
const INNER_PATH = '/graphql/socket';

interface Upgrade {
  socket: Duplex;
  head: Buffer;
}

/** WebSocket at `/graphql`. */
export function serveWebSockets(server: FastifyInstance, watching: WatchServer): void {
  const upgrades = new WeakMap<IncomingMessage, Upgrade>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false),
  });
  const protocol = createWatchProtocol(watching);
  const stopPinging = pingAll(sockets);
  server.server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (message.url?.split('?', 1)[0] === '/graphql') {
      message.url = INNER_PATH;
      upgrades.set(message, { socket, head });
    }
    // as a request: who asks, from where, how often, and how refusals look is decided in one place
    const response = new ServerResponse(message);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as Socket);
    response.once('finish', () => socket.end());
    server.routing(message, response);
  });
  server.route({
    method: 'GET',
    url: INNER_PATH,
    exposeHeadRoute: false,
    onRequest: async (request) => {
      if (!upgrades.has(request.raw)) throw faultOf(404);
      refuseForeignOrigin(request.headers.origin, request.host, watching.corsOrigins);
      await readViewer(request, watching.source);
      // before a key is known, too
      if (sockets.clients.size >= WATCH_LIMITS.subscriptions) throw tooMany('There are too many WebSockets.', 10);
    },
    handler: (request, reply) => {
      const { socket: transport, head } = upgrades.get(request.raw) as Upgrade;
      reply.hijack();
      reply.raw.detachSocket(transport as Socket);
      sockets.handleUpgrade(request.raw, transport, head, (socket) => protocol.opened(socket, transport, request));
    },
  });
  server.addHook('preClose', async () => {
    stopPinging();
    await closeAll(sockets);
  });
}

function pingAll(sockets: WebSocketServer): () => void {
  const silent = new WeakSet<WebSocket>();
  const timer = setInterval(() => {
    for (const socket of sockets.clients) {
      if (silent.has(socket)) socket.terminate();
      else {
        silent.add(socket);
        socket.once('pong', () => silent.delete(socket));
        socket.ping();
      }
    }
  }, PING_MS);
  return () => clearInterval(timer);
}

async function closeAll(sockets: WebSocketServer): Promise<void> {
  const closed = [...sockets.clients].map((socket) => {
    socket.close(RESTARTING, 'The server is stopping. Connect again.');
    return new Promise<void>((resolve) => socket.once('close', () => resolve()));
  });
  const impatient = setTimeout(() => {
    for (const socket of sockets.clients) socket.terminate();
  }, GOODBYE_MS);
  await Promise.all(closed);
  clearTimeout(impatient);
}
