import { maxHeaderSize, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, Denied, type ErrorCode } from '../../errors/errors';
import { createFaultLog, type Log } from '../../logging/log';
import { isDatabaseUnavailable, PoolFull, reasonOf } from '../../sql/database-errors';
import { newId } from '../../values/ids';
import { knownError } from './format-error';

type Fault = Error & { statusCode?: number };

export function faultOf(statusCode: number): Fault {
  return Object.assign(new Error(`HTTP ${statusCode}`), { statusCode });
}

// our own messages: those of Fastify name its internals
const BY_STATUS: Record<number, { code: ErrorCode; message: string }> = {
  400: { code: 'BAD_USER_INPUT', message: 'The request could not be read.' },
  404: { code: 'NOT_FOUND', message: 'There is nothing at this address.' },
  405: { code: 'BAD_USER_INPUT', message: 'This method is not served here; the header Allow names those that are.' },
  406: { code: 'BAD_USER_INPUT', message: 'The answer is application/json or application/graphql-response+json.' },
  408: { code: 'BAD_USER_INPUT', message: 'The request did not arrive in time.' },
  413: { code: 'LIMIT_EXCEEDED', message: 'The body is larger than 16 MiB.' },
  414: { code: 'LIMIT_EXCEEDED', message: 'The address is too long.' },
  415: { code: 'BAD_USER_INPUT', message: 'The body must be application/json in UTF-8.' },
  417: { code: 'BAD_USER_INPUT', message: 'The only expectation that is met is 100-continue.' },
  426: {
    code: 'BAD_USER_INPUT',
    message: 'The header Sec-WebSocket-Version of the answer names the versions of WebSocket that are served here.',
  },
  431: { code: 'LIMIT_EXCEEDED', message: `The headers are larger than ${maxHeaderSize / 1024} KiB.` },
  501: { code: 'BAD_USER_INPUT', message: 'CONNECT is not served, nor a transfer encoding other than chunked.' },
  505: { code: 'BAD_USER_INPUT', message: 'The versions of HTTP that are served here are 1.1 and 1.0.' },
};

const OURS = { code: 'INTERNAL_SERVER_ERROR', message: 'An internal error occurred.' };

/** The default `Retry-After` of UNAVAILABLE, in seconds. */
export const RETRY_AFTER_S = 5;

/** HTTP statuses of errors that concern the whole request, other than 400. */
export const STATUS_OF: Partial<Record<ErrorCode, number>> = { UNAUTHENTICATED: 401, UNAVAILABLE: 503 };

function statusOf(error: Fault, known: AppError | null): number {
  if (error instanceof Refusal) return error.status;
  if (error instanceof Denied) return 403;
  return (known ? STATUS_OF[known.code] : undefined) ?? error.statusCode ?? (known ? 400 : 500);
}

/** Answers a request that Apollo has not seen, or could not answer. */
export function answerError(error: Fault, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = knownError(error);
  const status = statusOf(error, known);
  const { message, code } = known ?? BY_STATUS[status] ?? OURS;
  if (code === OURS.code) request.log.error({ err: error }, 'a request failed');
  closeUnread(request, reply);
  const retryAfter = error instanceof Refusal ? error.retryAfter : undefined;
  if (code === 'UNAVAILABLE' || retryAfter) reply.header('retry-after', retryAfter ?? RETRY_AFTER_S);
  return reply.code(status).send({ errors: [{ message, extensions: { code, requestId: request.id } }] });
}

const PARSER_STATUSES: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/** Answers what Node could not read as a request, and closes the connection: where the next request begins is unknown. */
export function answerUnreadable({ code }: ConnectionError, socket: Socket): void {
  if (code === 'ECONNRESET' || socket.destroyed) return;
  answerAndClose(socket, PARSER_STATUSES[code] ?? 400);
}

/** Answers on a socket for which Node makes no response. @param more headers of this answer */
export function answerAndClose(socket: Duplex, status: number, more: Record<string, string> = {}): void {
  const { headers, body } = errorAnswer(status, newId());
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...Object.entries({ ...headers, ...more }).map(([name, value]) => `${name}: ${value}`),
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroy();
}

/** The answer with a status, where there is no reply of Fastify. It ends the connection. */
export function errorAnswer(status: number, requestId: string): { headers: Record<string, string>; body: string } {
  const { message, code } = BY_STATUS[status] ?? OURS;
  const body = JSON.stringify({ errors: [{ message, extensions: { code, requestId } }] });
  const headers = {
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  return { headers, body };
}

/** Otherwise Node reads the rest of the body, for as long as the caller sends, to reuse the connection. */
export function closeUnread({ raw }: FastifyRequest, reply: FastifyReply): FastifyReply {
  return raw.complete ? reply : reply.header('connection', 'close');
}

/**
 * Errors outside GraphQL have the same form as in GraphQL: `{ errors: [{ message, extensions: { code, requestId } }]
 * }`.
 */
export function answerErrorsAsJson(server: FastifyInstance): void {
  const noteOutage = createOutageLog(server.log);
  server.setErrorHandler((error: Fault, request, reply) => {
    noteOutage(error.cause ?? error);
    if (error instanceof Denied && request.viewer) server.auditNotes.denied(request.viewer, error.what);
    return answerError(error, request, reply);
  });
  server.setNotFoundHandler((request, reply) => answerError(faultOf(404), request, reply));
  const methodsAt = new Map<string, string[]>();
  server.addHook('onRoute', ({ url, method }) => {
    methodsAt.set(url, [...(methodsAt.get(url) ?? []), ...[method].flat()]);
  });
  // Fastify would read the body first
  server.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const methods = methodsAt.get(request.url.split('?', 1)[0] ?? '');
    if (methods === undefined) return done(faultOf(404));
    reply.header('allow', [...new Set(methods)].join(', '));
    done(faultOf(405));
  });
}

/** The content of `extensions.cost`. */
export interface CostReport {
  /** Points of this request. */
  requested: number;
  /** The most that one request may cost. */
  limit: number;
  /** Points that the caller may still spend now; absent without a limit. */
  remaining?: number;
  /** Points that `remaining` gains a minute, and its maximum. */
  perMinute?: number;
}

/** A request is refused before it runs. */
export class Refusal extends AppError {
  constructor(
    code: ErrorCode,
    message: string,
    /** The HTTP status. */
    readonly status: number,
    readonly cost?: CostReport,
    /** Whole seconds, at least 1, after which it may be sent again. */
    readonly retryAfter?: number,
  ) {
    super(code, message, undefined, 'Refusal');
  }
}

/** @param seconds after which it may be sent again */
export function tooMany(message: string, seconds: number, cost?: CostReport): Refusal {
  const retryAfter = Math.max(1, Math.ceil(seconds));
  return new Refusal('LIMIT_EXCEEDED', `${message} Try again in ${retryAfter} s.`, 429, cost, retryAfter);
}

/** While callers are answered UNAVAILABLE, logs the reason once a minute instead of for each of them. */
export function createOutageLog(log: Pick<Log, 'warn'>): (error: unknown) => void {
  const note = createFaultLog((error, unwritten) => {
    const { code } = error as { code?: string };
    const what = error instanceof PoolFull ? 'a connection pool is full' : 'the database is unavailable';
    const message = `${what}: callers are answered UNAVAILABLE`;
    log.warn({ reason: reasonOf(error), code, unwritten }, message);
  });
  return (error) => {
    if (isDatabaseUnavailable(error)) note(error);
  };
}
