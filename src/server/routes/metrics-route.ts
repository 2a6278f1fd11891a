import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import { cached } from './cached';
import type { Metrics } from './metrics';

const KEPT_MS = 2_000;

/** `/metrics`, up to 2 s old. While the database is away, those that come from it are missing. */
export function serveMetrics(
  server: FastifyInstance,
  { contentType, read }: Metrics,
  onRequest: onRequestAsyncHookHandler,
): void {
  const metrics = cached(KEPT_MS, read);
  server.get('/metrics', { onRequest }, async (_request, reply) => reply.type(contentType).send(await metrics()));
}
