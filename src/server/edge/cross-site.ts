// Which requests of a browser come from a page of this server. A browser sends cookies unasked, also when a page of another site
// makes it send a request.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { BlockList } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../errors/errors';
import { newId } from '../../values/ids';
import { answerAndClose, errorAnswer, faultOf, Refusal } from './http-errors';

const SAFE_METHODS = ['GET', 'HEAD'];

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export interface OwnPages {
  /**
   * Refuses a request whose cookie may have been sent for a page of another site.
   * @throws Refusal 403
   */
  refuseForeignCookie(request: FastifyRequest): void;
  /**
   * Refuses a sign-in from a page of another site, and one over a connection that others could read.
   * @throws Refusal 403
   */
  refuseUnsafeSignIn(request: FastifyRequest): void;
  /** Refuses a sign-in over a connection that others could read. @throws Refusal 403 */
  refuseUnencrypted(request: FastifyRequest): void;
}

/** @param publicUrl the URL at which browsers reach this process; null: the address that they name in each request */
export function createOwnPages(publicUrl: string | null): OwnPages {
  const ours = publicUrl === null ? null : new URL(publicUrl);

  const isOwnOrigin = (origin: string, request: FastifyRequest) => {
    const url = URL.parse(origin);
    if (!url) return false;
    return ours && !isLoopback(url.hostname) ? url.origin === ours.origin : url.host === request.host;
  };

  // Browsers send Sec-Fetch-Site to https and to this machine, and older ones Origin with all but GET.
  const isOwnPage = (request: FastifyRequest): boolean | null => {
    const { 'sec-fetch-site': site, origin } = request.headers;
    if (site !== undefined) return site === 'same-origin' || (site === 'none' && SAFE_METHODS.includes(request.method));
    return origin === undefined ? null : isOwnOrigin(origin, request);
  };

  const isEncrypted = ({ headers: { origin }, protocol, host, hostname }: FastifyRequest) => {
    const page = origin === undefined ? null : URL.parse(origin);
    if (page) return page.protocol === 'https:' || isLoopback(page.hostname);
    // a proxy may end TLS and not say so
    const isPublic = ours?.protocol === 'https:' && host === ours.host;
    return protocol === 'https' || isPublic || isLoopback(hostname);
  };

  const refuseUnencrypted = (request: FastifyRequest) => {
    if (isEncrypted(request)) return;
    const message =
      'Signing in over plain HTTP would show your key and your session to the network: use https, or http on the machine ' +
      'of the server itself (http://localhost). Behind a proxy that ends TLS, set PUBLIC_URL to its https address.';
    throw new Refusal('FORBIDDEN', message, 403);
  };

  return {
    refuseForeignCookie(request) {
      if (isOwnPage(request) === true) return;
      const message =
        'A session cookie is accepted only from pages of this server: Sec-Fetch-Site must be same-origin or, without it, ' +
        `Origin must be ${ours?.origin ?? `${request.protocol}://${request.host}`}.`;
      throw new Refusal('FORBIDDEN', message, 403);
    },
    refuseUnsafeSignIn(request) {
      if (isOwnPage(request) === false) {
        throw new Refusal(
          'FORBIDDEN',
          'A page of another site must not sign you in or out: open this server itself.',
          403,
        );
      }
      refuseUnencrypted(request);
    },
    refuseUnencrypted,
  };
}

function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return loopback.check(name, name.includes(':') ? 'ipv6' : 'ipv4');
}

/**
 * Refuses what Node reads and RFC 9112 does not allow, or what we cannot read: another server on the way may understand such a
 * request differently, so its connection is closed.
 */
export function refuseFraming(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const fault = faultOfFraming(request.raw);
    if (fault === null) return done();
    reply.header('connection', 'close');
    done(fault);
  });
  // Node would answer without a body
  server.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { headers, body } = errorAnswer(417, newId());
    response.writeHead(417, headers).end(body);
  });
  // Node would close the connection without an answer
  server.server.on('connect', (_request: IncomingMessage, socket: Duplex) => answerAndClose(socket, 501));
}

/** Other codings before `chunked`. Node itself refuses those after it, or without it: the end of the body would be unknown. */
const OTHER_CODINGS = /,\s*chunked$/i;

function faultOfFraming({ headers, httpVersion, rawHeaders, url }: IncomingMessage): Error | null {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return faultOf(505);
  const hosts = count('host', rawHeaders);
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) return faultOf(400);
  const repeated = url?.startsWith(CALLS)
    ? undefined
    : ONCE.find((name) => name in headers && count(name, rawHeaders) > 1);
  if (repeated) return new AppError('BAD_USER_INPUT', `The header ${repeated} is given several times: give it once.`);
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return null;
  if (httpVersion === '1.0') return faultOf(400);
  return OTHER_CODINGS.test(coding) ? faultOf(501) : null;
}

/** Of several, Node shows the first, and a proxy may have checked the last. */
const ONCE = ['authorization', 'content-type'];

/** Calls of partners, which are recorded as they come. */
const CALLS = '/in/';

function count(header: string, rawHeaders: readonly string[]): number {
  let times = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === header.length && name.toLowerCase() === header) times += 1;
  }
  return times;
}
