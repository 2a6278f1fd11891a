import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { Backlog } from '../../delivery/queue/backlog.store';
import type { PartHealth, ReadSystemHealth, SystemHealth } from '../../system/system-health';

export interface BacklogState {
  /** The last measurement; null: there was none yet. */
  latest(): Backlog | null;
  /** Why publishing is refused; null: it is not. */
  refusal(): string | null;
}

/**
 * `/readyz`: whether the process can do its work, and whether deliveries are paused, publishing is refused, no worker is
 * there, nothing is sealed, or searches, statistics and the standby are behind, which are no faults of this process; 503 names what is missing.
 */
export function serveReadiness(
  server: FastifyInstance,
  readHealth: ReadSystemHealth,
  { refusal }: BacklogState,
  onRequest: onRequestAsyncHookHandler,
): void {
  server.get('/readyz', { onRequest }, async (_request, reply) => {
    const health = await readHealth();
    const { checks } = health;
    const ready = Object.values(checks).every((fault) => fault === null);
    const publishing = checks.database === null ? (refusal() ?? 'accepted') : 'unknown';
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? 'ok' : 'not ready', checks, ...partsOf(health), publishing });
  });
}

function partsOf({ queue, workers, index, statistics, sealing, standby }: SystemHealth): Record<string, string> {
  return {
    deliveries: said(queue, 'running'),
    workers: said(workers, 'running'),
    evidence: said(sealing, 'sealed'),
    search: said(index, 'up to date'),
    statistics: said(statistics, 'up to date'),
    ...(standby && { standby: said(standby, 'up to date') }),
  };
}

/** @param good what it says while nothing is wrong, and of a full backlog, which has a line of its own */
function said({ state, since, behindSeconds, message }: PartHealth, good: string): string {
  if (state === 'OK' || state === 'FULL') return good;
  if (state === 'UNKNOWN') return 'unknown';
  if (state === 'BEHIND') return behindSeconds === null ? 'behind' : `behind by ${Math.round(behindSeconds)} s`;
  const begun = since === null ? '' : ` since ${since.toISOString()}`;
  return `${state.toLowerCase()}${begun}${message === null || state === 'PAUSED' ? '' : `: ${message}`}`;
}
