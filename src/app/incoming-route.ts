import { isIP } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config';
import type { HeaderPairs } from '../header-pairs';
import { newId } from '../ids';
import type { Answer } from '../incoming/answers';
import { type ArrivedCall, MAX_CALL_BYTES } from '../incoming/arrived-call';
import type { Receiver } from '../incoming/receive';
import { isDatabaseUnavailable, isStatementTimeout } from '../sql/unavailable';
import { headerValues } from '../verification/call';
import { isEmptyStatus } from '../webhooks/agreement-rules';
import { type CertificateReader, createCertificateReader } from './client-certificate-header';
import { faultOf } from './http-errors';
import { readIncomingBody } from './incoming-body';
import { Refusal } from './refusal';

export interface ReceivingLimits {
  /** For a whole body. */
  readonly bodyTimeoutMs: number;
  /** Of all calls together, in this process: what is over it is asked to come again. */
  readonly callsAtOnce: number;
  readonly bytesAtOnce: number;
}

const LIMITS: ReceivingLimits = { bodyTimeoutMs: 10_000, callsAtOnce: 2_000, bytesAtOnce: 128 * 1024 * 1024 };
const RETRY_AFTER_S = 5;

/** A path for the log of the server: who reads that must not be able to call us in a partner's name. */
export function shownPath(url: string): string {
  const [path = ''] = url.split('?', 1);
  return path.startsWith('/in/') || TOKEN.test(decoded(path)) ? '/in/[token]' : path;
}

/** Also where it was pasted into a path that leads nowhere. */
const TOKEN = /in_[0-9A-Za-z]{20}/;

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * `POST /in/:token`: the calls of partners. 2xx says that the call and what comes of it are committed; 503 with `Retry-After`
 * that they are not, because the database is away or too much is under way.
 */
export function serveIncoming(
  server: FastifyInstance,
  config: Pick<Config, 'publicUrl' | 'clientCertHeader' | 'trustedProxies'>,
  receiver: Receiver,
  { bodyTimeoutMs, callsAtOnce, bytesAtOnce }: ReceivingLimits = LIMITS,
): void {
  const certificates = createCertificateReader(config.trustedProxies);
  const underWay = { calls: 0, bytes: 0 };
  let closing = false;
  // Node would wait for what else comes on the connection, for over a minute
  const closeSpent = (request: FastifyRequest, reply: FastifyReply) =>
    closing ? reply.header('connection', 'close') : closeUnread(request, reply);
  server.register(async (scope) => {
    scope.addHook('preClose', async () => {
      closing = true;
    });
    // Fastify refuses types that it cannot read; ours are in rawHeaders
    scope.addHook('onRequest', async ({ raw }) => {
      raw.headers['content-type'] = 'application/octet-stream';
    });
    scope.removeAllContentTypeParsers();
    // the body is read by us, as it is
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.route<{ Params: { token: string } }>({
      method: ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: '/in/:token',
      handler: async (_request, reply) => {
        reply.header('allow', 'POST');
        throw faultOf(405);
      },
    });
    scope.post<{ Params: { token: string } }>('/in/:token', async (request, reply) => {
      const { token } = request.params;
      // the time in it is when the call began
      const id = newId();
      let bytes = 0;
      const hold = (more: number) => {
        bytes += more;
        underWay.bytes += more;
        return underWay.bytes <= bytesAtOnce;
      };
      underWay.calls += 1;
      try {
        if (underWay.calls > callsAtOnce) throw tooBusy();
        const found = await receiver.find(token);
        if (!found) return closeSpent(request, reply).callNotFound();
        const limits = { mostBytes: MAX_CALL_BYTES, timeoutMs: bodyTimeoutMs, hold };
        const { body, bytes: bodyBytes, shortfall } = await readIncomingBody(request.raw, limits);
        if (shortfall === 'NO_ROOM') throw tooBusy();
        const about = describe(request, config, certificates);
        const call: ArrivedCall = { id, ...about, token, body, bodyBytes, shortfall };
        const answer = await receiver.receive(call, found);
        closeSpent(request, reply);
        return answer === null ? reply.callNotFound() : send(reply, answer);
      } catch (error) {
        closeSpent(request, reply);
        throw asTemporary(error);
      } finally {
        underWay.calls -= 1;
        underWay.bytes -= bytes;
      }
    });
  });
}

function describe(
  request: FastifyRequest,
  { publicUrl, clientCertHeader }: Pick<Config, 'publicUrl' | 'clientCertHeader'>,
  certificates: CertificateReader,
) {
  const headers = pairsOf(request.raw.rawHeaders);
  const shown = clientCertHeader === null ? [] : headerValues({ headers }, clientCertHeader);
  return {
    method: request.method,
    url: `${publicUrl ?? `${request.protocol}://${request.host}`}${pathOf(request.raw.url ?? '')}`,
    headers,
    certificate: shown.length === 0 ? null : certificates.read(shown, request.raw.socket.remoteAddress),
    remoteAddress: addressOf(request),
  };
}

// What a proxy that is trusted passes on of its caller's X-Forwarded-For need not be an address.
function addressOf({ ip, raw }: FastifyRequest): string | null {
  return isIP(ip ?? '') > 0 ? ip : (raw.socket.remoteAddress ?? null);
}

// RFC 9112, section 3.2.2: a proxy may write the whole address into the first line.
function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '');
}

function pairsOf(raw: readonly string[]): HeaderPairs {
  const pairs: HeaderPairs = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] as string, raw[at + 1] as string]);
  return pairs;
}

// Node would read on, for as long as the partner sends, to use the connection again.
function closeUnread(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return request.raw.complete ? reply : reply.header('connection', 'close');
}

function send(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  for (const [name, value] of headers) reply.header(name, value);
  // as bytes, to which Fastify adds no charset
  return isEmptyStatus(status) ? reply.code(status).send() : reply.code(status).send(Buffer.from(body));
}

function tooBusy(): Refusal {
  const message = 'Too many calls are under way: send it again.';
  return new Refusal('UNAVAILABLE', message, 503, undefined, RETRY_AFTER_S);
}

function asTemporary(error: unknown): unknown {
  if (!isDatabaseUnavailable(error) && !isStatementTimeout(error)) return error;
  const message = 'The call was not recorded: the database cannot be reached. Send it again.';
  return new Refusal('UNAVAILABLE', message, 503, undefined, RETRY_AFTER_S);
}
