import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import { cached } from './cached';
import type { Metrics } from './metrics';

const KEPT_MS = 2_000;

/** `/metrics`, up to 2 s old; 503 while the database, from which some of them come, is away. */
export function serveMetrics(
  server: FastifyInstance,
  { contentType, read }: Metrics,
  onRequest: onRequestAsyncHookHandler,
): void {
  const metrics = cached(KEPT_MS, read);
  server.get('/metrics', { onRequest }, async (request, reply) => {
    const text = await metrics().catch((error: unknown) => {
      request.log.warn({ err: error }, 'the metrics cannot be read');
      return null;
    });
    if (text === null)
      return reply.code(503).type('text/plain').send('The metrics cannot be read: the log says why.\n');
    return reply.type(contentType).send(text);
  });
}
