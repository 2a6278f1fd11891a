import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { DataSource } from 'typeorm';
import { checkReadiness } from '../../database/readiness';
import { findDeliveriesPause } from '../../delivery/pause/deliveries-pause.store';
import type { Backlog } from '../../delivery/queue/backlog.store';
import { cached } from '../edge/cached';

/** The answer is shared for this time: no key is needed, so callers may ask at any rate. */
const KEPT_MS = 1_000;

export interface BacklogState {
  /** The last measurement; null: there was none yet. */
  latest(): Backlog | null;
  /** Why publishing is refused; null: it is not. */
  refusal(): string | null;
}

interface HealthSources {
  source: DataSource;
  backlog: BacklogState;
}

/**
 * `/healthz`: the process runs. `/readyz`: it can do its work, and whether deliveries are paused or publishing is
 * refused, which are no faults of this process; 503 names what is missing.
 */
export function serveHealth(
  server: FastifyInstance,
  { source, backlog }: HealthSources,
  onRequest: onRequestAsyncHookHandler,
): void {
  const state = cached(KEPT_MS, async () => {
    const checks = await checkReadiness(source);
    return { checks, deliveries: checks.database === null ? await deliveriesState(source) : 'unknown' };
  });
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', { onRequest }, async (_request, reply) => {
    const { checks, deliveries } = await state();
    const ready = Object.values(checks).every((fault) => fault === null);
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? 'ok' : 'not ready', checks, deliveries, publishing: backlog.refusal() ?? 'accepted' });
  });
}

async function deliveriesState(source: DataSource): Promise<string> {
  const pause = await findDeliveriesPause(source.manager).catch(() => undefined);
  if (pause === undefined) return 'unknown';
  return pause === null ? 'running' : `paused since ${pause.since.toISOString()}`;
}
