// The messages of a WebSocket with subscriptions (graphql-transport-ws).
import type { Duplex } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { CloseCode, type Context, makeServer } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { credentialId, type Viewer } from '../../access/viewer';
import { AppError, type ErrorCode } from '../../errors/errors';
import type { Log } from '../../logging/log';
import { knownError } from '../edge/format-error';
import { authenticateWithin, bearerToken, originOf, twoCredentials } from '../edge/read-viewer';
import type { Answer } from './event-answers';
import { type LiveSession, openSession } from './live-session';
import { SUBSCRIPTION_LIMITS } from './subscription-request';
import { outgoing } from './subscriptions';
import type { WatchServer } from './watch-server';

const MAX_BUFFERED_BYTES = 64 * 1024;
const INIT_WAIT_MS = 3_000;
// RFC 6455, section 5.5: 125 bytes, including the code
const MAX_REASON = 120;
const INTERNAL_ERROR = 1011;

/** The close code for an error; clients connect again only after codes below 4000. */
const CLOSE_CODES: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: CloseCode.Unauthorized,
  FORBIDDEN: CloseCode.Forbidden,
  LIMIT_EXCEEDED: CloseCode.TooManyInitialisationRequests,
  UNAVAILABLE: 1013,
};

interface Connection {
  socket: WebSocket;
  request: FastifyRequest;
  known(): void;
  /** Set when the key is known. */
  session: LiveSession | null;
  disconnect(): void;
  /** The error with which the connection ends, after its subscriptions have ended. */
  refusal: AppError | null;
}

type Protocol = Context<Record<string, unknown> | undefined, Connection>;

export interface OpenedSocket {
  socket: WebSocket;
  /** The underlying connection. */
  transport: Duplex;
  request: FastifyRequest;
  /** Called when its key is known. */
  known(): void;
}

export interface WatchProtocol {
  opened(connection: OpenedSocket): void;
}

export function createWatchProtocol(watching: WatchServer): WatchProtocol {
  const refusals = new WeakMap<readonly GraphQLError[], readonly GraphQLFormattedError[]>();
  const server = makeServer<Record<string, unknown> | undefined, Connection>({
    connectionInitWaitTimeout: INIT_WAIT_MS,
    onConnect: ({ extra, connectionParams }) => letIn(watching, extra, connectionParams),
    async onSubscribe(protocol, _id, payload) {
      const opened = await open(watching, protocol, payload);
      if (!('errors' in opened)) return opened;
      // graphql-ws accepts only errors of graphql-js; our form of them is kept beside them
      const errors = [new GraphQLError('refused')];
      refusals.set(errors, opened.errors);
      return errors;
    },
    subscribe: ({ contextValue }) => contextValue as AsyncGenerator<ExecutionResult>,
    // `subscribe` gives our answers, whose results are sent
    onNext: (_protocol, _id, _payload, _args, answer) => (answer as unknown as Answer).result,
    onError({ extra }, _id, _payload, errors) {
      const refused = refusals.get(errors);
      if (refused) return refused;
      noteRefusal(extra, errors);
      const { id: requestId, log } = extra.request;
      return errors.map((error) => outgoing(error, { requestId, log: log as Log }));
    },
    onComplete({ extra, subscriptions }) {
      if (extra.refusal && Object.keys(subscriptions).length === 0) closeFor(extra, extra.refusal);
    },
  });
  return {
    opened({ socket, transport, request, known }) {
      const connection: Connection = { socket, request, known, session: null, disconnect: () => {}, refusal: null };
      const closed = server.opened(
        {
          protocol: socket.protocol,
          send: (data) => sendTo(socket, transport, data),
          close: (code, reason) => socket.close(code, reason),
          onMessage: (receive) =>
            socket.on('message', (data) => {
              receive(String(data)).catch((error: unknown) => closeFor(connection, error));
            }),
        },
        connection,
      );
      // a faulty frame ends the connection, with a close code for the fault
      socket.on('error', (error) => request.log.debug({ err: error }, 'a WebSocket failed'));
      socket.once('close', (code, reason) => {
        connection.session?.close();
        connection.disconnect();
        closed(code, String(reason)).catch((error: unknown) => request.log.error({ err: error }, 'not tidied up'));
      });
    },
  };
}

// Messages of one moment are sent together. If too many bytes wait, this resolves when this message has been sent;
// until then no further event is taken, and the subscription's queue collects them.
function sendTo(socket: WebSocket, transport: Duplex, data: string): Promise<void> | undefined {
  if (socket.readyState !== socket.OPEN) return undefined;
  transport.cork();
  process.nextTick(() => transport.uncork());
  if (socket.bufferedAmount > MAX_BUFFERED_BYTES) return new Promise((resolve) => socket.send(data, () => resolve()));
  socket.send(data);
  return undefined;
}

/** @throws AppError UNAUTHENTICATED, Refusal 429 */
async function letIn(
  watching: WatchServer,
  connection: Connection,
  params: Record<string, unknown> | undefined,
): Promise<void> {
  const { request, socket } = connection;
  const { id: requestId, ip: remoteAddress, log } = request;
  const viewer = await viewerOf(watching, request, authorizationIn(params));
  connection.known();
  if (socket.readyState !== socket.OPEN) return undefined;
  connection.disconnect = watching.slots.connect(credentialId(viewer));
  const caller = { viewer, requestId, remoteAddress, log: log as Log };
  const session = openSession(watching.keys, caller, (error) => {
    connection.refusal = error;
    if (session.streams.size === 0) closeFor(connection, error);
  });
  connection.session = session;
}

// clients send it as a parameter of its own, or in `headers`
function authorizationIn(params: Record<string, unknown> = {}): unknown {
  const places = [params, params.headers].filter((place) => typeof place === 'object' && place !== null);
  const entries = places.flatMap((place) => Object.entries(place as object));
  const [, given] = entries.find(([name, value]) => name.toLowerCase() === 'authorization' && value !== null) ?? [];
  return given;
}

// the browser's WebSocket sends no headers
async function viewerOf(watching: WatchServer, request: FastifyRequest, given: unknown): Promise<Viewer> {
  if (given === undefined && request.viewer) return request.viewer;
  if (request.viewer?.sessionId) throw twoCredentials();
  const token = typeof given === 'string' ? bearerToken(given) : null;
  if (!token) {
    throw new AppError('UNAUTHENTICATED', 'Send an API key in connection_init: { "authorization": "Bearer hl_..." }');
  }
  return authenticateWithin(watching.rates, watching.db, token, originOf(request));
}

async function open(
  watching: WatchServer,
  { extra, subscriptions }: Protocol,
  payload: object,
): Promise<ExecutionArgs | { errors: readonly GraphQLFormattedError[] }> {
  const session = extra.session as LiveSession;
  try {
    if (Object.keys(subscriptions).length > SUBSCRIPTION_LIMITS.subscriptionsPerSocket) {
      const most = SUBSCRIPTION_LIMITS.subscriptionsPerSocket;
      throw new AppError('LIMIT_EXCEEDED', `One WebSocket has at most ${most} subscriptions.`);
    }
    watching.rates.countRequest(session.viewer, session.remoteAddress);
    const opened = await watching.subscriptions.open(payload, session, null);
    if (opened.errors) return opened;
    const { document, operation } = opened.prepared;
    return { schema: watching.schema, document, operationName: operation.name?.value, contextValue: opened.answers };
  } catch (error) {
    return { errors: [outgoing(error, session)] };
  }
}

function noteRefusal(connection: Connection, errors: readonly GraphQLError[]): void {
  const cause = errors[0]?.originalError;
  if (cause instanceof AppError && ['UNAUTHENTICATED', 'FORBIDDEN'].includes(cause.code)) connection.refusal = cause;
}

function closeFor({ socket, request }: Connection, error: unknown): void {
  const known = knownError(error);
  if (!known) request.log.error({ err: error }, 'a WebSocket broke off');
  const code = (known && CLOSE_CODES[known.code]) ?? INTERNAL_ERROR;
  socket.close(code, known?.message.slice(0, MAX_REASON) ?? 'An internal error occurred.');
}
