// Subscriptions as server-sent events: the "distinct connections mode" of the GraphQL over SSE protocol (graphql-sse).
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { credentialId, type Viewer } from '../../access/viewer';
import { AppError } from '../../errors/errors';
import type { Log } from '../../logging/log';
import { faultOf } from '../edge/http-errors';
import { EVENT_STREAM, wantsEvents } from '../edge/read-body';
import { readViewer } from '../edge/read-viewer';
import type { Answer, Answers } from './event-answers';
import { type LiveSession, openSession } from './live-session';
import { refuseForeignOrigin } from './subscription-request';
import { outgoing } from './subscriptions';
import type { WatchServer } from './watch-server';

/** Comments that keep proxies from closing an idle stream. */
const HEARTBEAT_MS = 15_000;
const HEARTBEAT = ':\n\n';
/** A client that reads nothing for so long is disconnected; it can come back and resume. */
const STALLED_MS = 60_000;

const HEADERS = {
  'content-type': `${EVENT_STREAM}; charset=utf-8`,
  'cache-control': 'no-cache, no-transform',
  // otherwise nginx buffers the events
  'x-accel-buffering': 'no',
};

export const STREAM_PATH = '/graphql/stream';

/** Clients such as GraphiQL request events at the address of all other requests; those are rewritten to this path. */
export function streamUrl({ url = '', headers }: IncomingMessage): string {
  const [path, ...search] = url.split('?');
  return path === '/graphql' && wantsEvents(headers.accept) ? [STREAM_PATH, ...search].join('?') : url;
}

/** Serves `GET` and `POST /graphql/stream`, and `/graphql` for clients that accept only events. */
export function serveEventStreams(server: FastifyInstance, watching: WatchServer): void {
  const open = new Set<ServerResponse>();
  let closing = false;
  server.addHook('preClose', async () => {
    closing = true;
    for (const response of open) hangUp(response);
  });
  const onOpen = (response: ServerResponse) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    if (closing) hangUp(response);
  };
  server.route({
    method: ['GET', 'POST'],
    url: STREAM_PATH,
    exposeHeadRoute: false,
    onRequest: async (request) => {
      refuseSingleConnection(request);
      refuseForeignOrigin(request.headers.origin, request.host, watching.corsOrigins);
      await readViewer(request, watching.db);
      if (!request.viewer) throw new AppError('UNAUTHENTICATED', 'Send an API key: Authorization: Bearer hl_...');
    },
    preHandler: async (request) => refuseOtherAccept(request),
    handler: (request, reply) => stream(watching, request, reply, onOpen),
  });
  server.route({
    method: ['PUT', 'DELETE'],
    url: STREAM_PATH,
    onRequest: async (_request, reply) => {
      reply.header('allow', 'GET, POST');
      throw singleConnection();
    },
    handler: () => undefined,
  });
}

const SINGLE_CONNECTION_TOKEN = 'x-graphql-event-stream-token';

// Refused, because the client would wait for a stream without events.
function refuseSingleConnection({ headers, query }: FastifyRequest): void {
  if (headers[SINGLE_CONNECTION_TOKEN] !== undefined || (query as { token?: string }).token !== undefined) {
    throw singleConnection();
  }
}

function singleConnection(): Error {
  const message =
    'The single connection mode of GraphQL over SSE is not served. Use distinct connections: `singleConnection: false` of graphql-sse.';
  return Object.assign(new AppError('BAD_USER_INPUT', message), faultOf(405));
}

// Without `complete`, so that clients connect again. A kept-alive connection would delay the end of the server.
function hangUp(response: ServerResponse): void {
  const { socket } = response;
  response.end(() => socket?.end());
}

function refuseOtherAccept({ headers: { accept } }: FastifyRequest): void {
  const types = (accept ?? '*/*').split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase());
  if (types.some((type) => type === EVENT_STREAM || type === 'text/*' || type === '*/*')) return;
  throw Object.assign(new AppError('BAD_USER_INPUT', 'The answer is text/event-stream.'), faultOf(406));
}

async function stream(
  watching: WatchServer,
  request: FastifyRequest,
  reply: FastifyReply,
  onOpen: (response: ServerResponse) => void,
): Promise<FastifyReply> {
  const viewer = request.viewer as Viewer;
  const disconnect = watching.slots.connect(credentialId(viewer));
  const { id: requestId, ip: remoteAddress, log } = request;
  // a key that is no longer valid ends its streams; there is no connection to end
  const session = openSession(watching.keys, { viewer, requestId, remoteAddress, log: log as Log }, () => {});
  try {
    const given = request.method === 'GET' ? asked(request.query as Record<string, unknown>) : request.body;
    const lastEventId = request.headers['last-event-id'];
    const opened = await watching.subscriptions.open(
      given,
      session,
      typeof lastEventId === 'string' ? lastEventId : null,
    );
    if (opened.errors && opened.status === 429) {
      return reply.code(429).header('retry-after', opened.retryAfter).send({ errors: opened.errors });
    }
    reply.hijack();
    reply.raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...HEADERS });
    onOpen(reply.raw);
    if (opened.errors) finish(reply.raw, opened.errors);
    else await send(reply.raw, opened.answers, session);
    return reply;
  } finally {
    session.close();
    disconnect();
  }
}

/**
 * The parameters of a GET (GraphQL over HTTP): `variables` and `extensions` are JSON.
 * @throws AppError BAD_USER_INPUT
 */
function asked({ query, documentId, operationName, variables, extensions }: Record<string, unknown>): object {
  return {
    query,
    documentId,
    operationName,
    variables: json('variables', variables),
    extensions: json('extensions', extensions),
  };
}

function json(name: string, text: unknown): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(String(text));
  } catch {
    throw new AppError('BAD_USER_INPUT', `${name} is not JSON.`);
  }
}

async function send(response: ServerResponse, answers: Answers, session: LiveSession): Promise<void> {
  response.once('close', () => void answers.return(undefined));
  if (response.destroyed || response.writableEnded) return void (await answers.return(undefined));
  const heartbeat = setInterval(() => beat(response), HEARTBEAT_MS);
  try {
    response.write(HEARTBEAT);
    for (let some = await answers.batch(); some && !response.writableEnded; some = await answers.batch()) {
      if (!response.write(some.map(frame).join(''))) await drained(response);
    }
    if (!response.writableEnded) hangUp(response);
  } catch (error) {
    if (!response.writableEnded) finish(response, [outgoing(error, session)]);
  } finally {
    clearInterval(heartbeat);
    await answers.return(undefined);
  }
}

function beat(response: ServerResponse): void {
  if (!response.writableNeedDrain && !response.writableEnded) response.write(HEARTBEAT);
}

function frame({ id, json: data }: Answer): string {
  return `id: ${id}\nevent: next\ndata: ${data()}\n\n`;
}

function finish(response: ServerResponse, errors: readonly GraphQLFormattedError[]): void {
  response.end(`event: next\ndata: ${JSON.stringify({ errors })}\n\nevent: complete\ndata:\n\n`);
}

// While it waits, the subscription's queue collects events and drops the oldest beyond its limit.
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => response.destroy(), STALLED_MS);
    const done = () => {
      clearTimeout(timer);
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
    if (response.destroyed || !response.writableNeedDrain) done();
  });
}
