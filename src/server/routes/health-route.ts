import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { DataSource } from 'typeorm';
import { currentTime } from '../../clock';
import { checkReadiness } from '../../database/readiness';
import { findDeliveriesPause } from '../../delivery/pause/deliveries-pause.store';
import type { Backlog } from '../../delivery/queue/backlog.store';
import { sealingStops } from '../../evidence/sealing-stop.store';
import { evidenceBehindSeconds } from '../../evidence/tree.store';
import type { FeedReader } from '../../request-log/feed/feed-position.entity';
import { behindSeconds } from '../../request-log/feed/feed-position.store';
import { cached } from './cached';

/** The answer is shared for this time: no key is needed, so callers may ask at any rate. */
const KEPT_MS = 1_000;
/** Rows are sealed, counted and indexed every second, or some seconds later beside many deliveries. */
const MAX_BEHIND_S = 60;

export interface BacklogState {
  /** The last measurement; null: there was none yet. */
  latest(): Backlog | null;
  /** Why publishing is refused; null: it is not. */
  refusal(): string | null;
}

/** The checks of `/readyz`, each with its fault; null: it has none. */
export type Readiness = () => Promise<Record<string, string | null>>;

const UNKNOWN = { deliveries: 'unknown', evidence: 'unknown', search: 'unknown', statistics: 'unknown' };

interface HealthSources {
  source: DataSource;
  backlog: BacklogState;
}

/**
 * `/healthz`: the process runs. `/readyz`: it can do its work, and whether deliveries are paused, publishing is refused,
 * nothing is sealed, or searches and statistics are behind, which are no faults of this process; 503 names what is missing.
 * @returns the checks, for the metrics
 */
export function serveHealth(
  server: FastifyInstance,
  { source, backlog }: HealthSources,
  onRequest: onRequestAsyncHookHandler,
): Readiness {
  const state = cached(KEPT_MS, async () => {
    const checks = await checkReadiness(source);
    if (checks.database !== null) return { checks, ...UNKNOWN };
    const [deliveries, evidence, search, statistics] = await Promise.all([
      deliveriesState(source),
      evidenceState(source),
      readersState(source, 'index'),
      readersState(source, 'counts', 'deliveries'),
    ]);
    return { checks, deliveries, evidence, search, statistics };
  });
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', { onRequest }, async (_request, reply) => {
    const { checks, ...others } = await state();
    const ready = Object.values(checks).every((fault) => fault === null);
    const publishing = checks.database === null ? (backlog.refusal() ?? 'accepted') : 'unknown';
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'not ready', checks, ...others, publishing });
  });
  return async () => (await state()).checks;
}

async function deliveriesState(source: DataSource): Promise<string> {
  const pause = await findDeliveriesPause(source.manager).catch(() => undefined);
  if (pause === undefined) return 'unknown';
  return pause === null ? 'running' : `paused since ${pause.since.toISOString()}`;
}

async function readersState({ manager }: DataSource, ...readers: readonly FeedReader[]): Promise<string> {
  const read = Promise.all(readers.map((reader) => behindSeconds(manager, reader)));
  const behind = await read.catch(() => undefined);
  if (behind === undefined) return 'unknown';
  const seconds = Math.max(...behind);
  return seconds > MAX_BEHIND_S ? `behind by ${Math.round(seconds)} s` : 'up to date';
}

async function evidenceState({ manager }: DataSource): Promise<string> {
  const read = Promise.all([sealingStops(manager, currentTime()), evidenceBehindSeconds(manager)]);
  const found = await read.catch(() => undefined);
  if (found === undefined) return 'unknown';
  const [[stop], behind] = found;
  // whatever keeps rows from being sealed, also if no process can say what
  if (stop === undefined) return behind > MAX_BEHIND_S ? `behind by ${Math.round(behind)} s` : 'sealed';
  const what = stop.code === 'ROWS' ? 'incomplete' : 'stopped';
  return `${what} since ${stop.since.toISOString()}: ${stop.code}: ${stop.message}`;
}
