import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { DataSource } from 'typeorm';
import { checkReadiness } from '../../database/readiness';
import { cached } from '../edge/cached';

/** The answer is shared for this time: no key is needed, so callers may ask at any rate. */
const KEPT_MS = 1_000;

/** `/healthz`: the process runs. `/readyz`: it can do its work; 503 names what is missing. */
export function serveHealth(server: FastifyInstance, source: DataSource, onRequest: onRequestAsyncHookHandler): void {
  const checks = cached(KEPT_MS, () => checkReadiness(source));
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', { onRequest }, async (_request, reply) => {
    const found = await checks();
    const ready = Object.values(found).every((fault) => fault === null);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'not ready', checks: found });
  });
}
