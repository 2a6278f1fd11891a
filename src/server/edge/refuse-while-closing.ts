import type { FastifyInstance } from 'fastify';
import { Refusal } from './refusal';

/** Another process, or the next one, answers by then. */
const RETRY_AFTER_S = 1;

/**
 * Requests that come on a kept connection while the server is closed, as in a rolling restart: refused in the form of all
 * errors, so that clients send them again, on another connection.
 */
export function refuseWhileClosing(server: FastifyInstance): void {
  let closing = false;
  let isSaid = false;
  server.addHook('preClose', async () => {
    closing = true;
  });
  server.addHook('onRequest', async (_request, reply) => {
    if (!closing) return;
    if (!isSaid) server.log.info('requests that come while this process stops are refused as UNAVAILABLE');
    isSaid = true;
    reply.header('connection', 'close');
    const message = 'This process is stopping. Send it again, on another connection.';
    throw new Refusal('UNAVAILABLE', message, 503, undefined, RETRY_AFTER_S);
  });
}
