import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { newId } from '../../ids';
import { answerAndClose, errorAnswer, faultOf } from './http-errors';

/**
 * Refuses what Node reads and RFC 9112 does not allow, or what we cannot read: another server on the way may understand such a
 * request differently, so its connection is closed.
 */
export function refuseFraming(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const status = faultOfFraming(request.raw);
    if (status === null) return done();
    reply.header('connection', 'close');
    done(faultOf(status));
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

/** @returns the status of the refusal */
function faultOfFraming({ headers, httpVersion, rawHeaders }: IncomingMessage): number | null {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 505;
  const hosts = countHosts(rawHeaders);
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) return 400;
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return null;
  if (httpVersion === '1.0') return 400;
  return OTHER_CODINGS.test(coding) ? 501 : null;
}

// of several, Node shows the first
function countHosts(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts;
}
