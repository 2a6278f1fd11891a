import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors';
import { newId } from '../../ids';
import { answerAndClose, errorAnswer, faultOf } from './http-errors';

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
