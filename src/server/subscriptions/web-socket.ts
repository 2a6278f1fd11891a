// Subscriptions over WebSocket: the graphql-transport-ws protocol (graphql-ws) at /graphql.
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { createTokenBuckets } from '../../limits/token-buckets';
import { answerAndClose, faultOf, tooMany } from '../edge/http-errors';
import { addressRange } from '../edge/rate-limits';
import { readViewer } from '../edge/read-viewer';
import { refuseForeignOrigin, SUBSCRIPTION_LIMITS } from './subscription-request';
import type { WatchServer } from './watch-server';
import { createWatchProtocol } from './web-socket-protocol';

const MAX_MESSAGE_BYTES = 64 * 1024;
/** Maximum number of fragments of a message. */
const MAX_PIECES = 64;
/** How long the server waits until the other side confirms a close. (Missing in the types of ws.) */
const CLOSING = { closeTimeout: 1_000 };
/** A client that does not answer a ping before the next one is disconnected. */
const PING_MS = 30_000;
const GOODBYE_MS = 250;
/** Of the protocol, which ws serves. */
const VERSIONS = ['13', '8'];
/** Service Restart: clients connect again. */
const RESTARTING = 1012;

/**
 * Requests with other upgrades or methods, such as the offer of HTTP/2 (h2c) of some clients, are handled as plain requests.
 * Node drops what follows such a request in the same packet, and nothing tells whether something did. Closing the connection would
 * tell the client, but cost those who offer h2c with each request a connection for each.
 */
export function isWebSocketUpgrade({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** Requests to upgrade /graphql are rewritten to this path, so that they pass the same hooks as all requests. */
const INNER_PATH = '/graphql/socket';

interface Upgrade {
  socket: Duplex;
  head: Buffer;
  /** Gives back the slot of a connection that has not sent its key yet. */
  known(): void;
}

/** WebSocket at `/graphql`. */
export function serveWebSockets(server: FastifyInstance, watching: WatchServer): void {
  const upgrades = new WeakMap<IncomingMessage, Upgrade>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    maxFragments: MAX_PIECES,
    maxBufferedChunks: 16 * MAX_PIECES,
    autoPong: false,
    ...CLOSING,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false),
  });
  // instead of the HTML of ws
  sockets.on('wsClientError', (_error: Error, socket: Duplex, { headers }: IncomingMessage) => {
    const isServed = VERSIONS.includes(headers['sec-websocket-version'] ?? '');
    if (isServed) answerAndClose(socket, 400);
    else answerAndClose(socket, 426, { 'sec-websocket-version': VERSIONS.join(', ') });
  });
  const protocol = createWatchProtocol(watching);
  const stopPinging = pingAll(sockets);
  server.server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (message.url?.split('?', 1)[0] === '/graphql') {
      message.url = INNER_PATH;
      upgrades.set(message, { socket, head, known: () => undefined });
    }
    // handled as a request, so that viewer, address, rates and refusals are decided in one place
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
      const upgrade = upgrades.get(request.raw);
      if (!upgrade) throw faultOf(404);
      refuseForeignOrigin(request.headers.origin, request.host, watching.corsOrigins);
      await readViewer(request, watching.db);
      // checked before the key is known
      if (sockets.clients.size >= SUBSCRIPTION_LIMITS.subscriptions)
        throw tooMany('There are too many WebSockets.', 10);
      if (request.viewer) return;
      upgrade.known = watching.slots.arrive(addressRange(request.ip));
      upgrade.socket.once('close', upgrade.known);
    },
    handler: (request, reply) => {
      const { socket: transport, head, known } = upgrades.get(request.raw) as Upgrade;
      reply.hijack();
      reply.raw.detachSocket(transport as Socket);
      sockets.handleUpgrade(request.raw, transport, head, (socket) => {
        guardFrames(socket, transport);
        protocol.opened({ socket, transport, request, known });
      });
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
  const timer = setTimeout(() => {
    for (const socket of sockets.clients) socket.terminate();
  }, GOODBYE_MS);
  await Promise.all(closed);
  clearTimeout(timer);
}

// Limits the frames that a WebSocket receives, and what waits to be sent back. Pings and pongs count too.

/** The limit of one connection. Clients send some frames when they subscribe, and then one every few seconds. */
export const FRAMES = { perSecond: 50, atOnce: 500 } as const;

export type GuardedSocket = Pick<WebSocket, 'on' | 'pong' | 'pause' | 'resume' | 'close' | 'readyState' | 'OPEN'>;

/** Answers pings, ends a connection that sends too much, and reads on only when the answers have been sent. */
export function guardFrames(socket: GuardedSocket, transport: Pick<Duplex, 'writableNeedDrain' | 'once'>): void {
  const frames = createTokenBuckets(FRAMES.perSecond, FRAMES.atOnce);
  const answerPing = createPingAnswers(socket);
  let isEnded = false;
  let isWaiting = false;
  const count = () => {
    if (isEnded) return;
    if (frames.take('', 1) < 0) {
      isEnded = true;
      socket.close(CloseCode.TooManyInitialisationRequests, `More than ${FRAMES.perSecond} frames a second.`);
      // the server does not wait for the answer to the close
      socket.pause();
    } else if (transport.writableNeedDrain && !isWaiting) {
      isWaiting = true;
      socket.pause();
      transport.once('drain', () => {
        isWaiting = false;
        if (!isEnded) socket.resume();
      });
    }
  };
  socket.on('ping', (data: Buffer) => {
    answerPing(data);
    count();
  });
  socket.on('pong', count);
  socket.on('message', count);
}

// RFC 6455, section 5.5.3: of several pings before an answer was sent, only the last one must be answered.
function createPingAnswers(socket: GuardedSocket): (data: Buffer) => void {
  let isLeaving = false;
  let next: Buffer | null = null;
  const answer = (data: Buffer) => {
    if (isLeaving) next = data;
    else if (socket.readyState === socket.OPEN) {
      isLeaving = true;
      socket.pong(data, false, () => {
        isLeaving = false;
        const waiting = next;
        next = null;
        if (waiting) answer(waiting);
      });
    }
  };
  return answer;
}
