import type { FastifyInstance } from 'fastify';
import { Refusal } from './refusal';

/** By then another process, or the restarted one, answers. */
const RETRY_AFTER_S = 1;

/**
 * Refuses requests that arrive on a kept-alive connection while the server closes, as in a rolling restart. Clients
 * then send them again on another connection.
 */
export function refuseWhileClosing(server: FastifyInstance): void {
  let closing = false;
  let isSaid = false;
  server.addHook('preClose', async () => {
    closing = true;
  });
  server.addHook('onRequest', (_request, reply, done) => {
    if (!closing) return done();
    if (!isSaid) server.log.info('requests that come while this process stops are refused as UNAVAILABLE');
    isSaid = true;
    reply.header('connection', 'close');
    const message = 'This process is stopping. Send it again, on another connection.';
    done(new Refusal('UNAVAILABLE', message, 503, undefined, RETRY_AFTER_S));
  });
}
