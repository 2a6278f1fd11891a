import { setTimeout as wait } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { clockDifferenceMs } from '../../clock';
import { FALLBACK_REASONS, type OnFallback } from '../../read-plan/fallback';
import { DATABASE_GAUGES, type DatabaseGauge } from './database-gauges';
import type { BacklogState } from './health-route';

export interface Metrics {
  contentType: string;
  /** The text for Prometheus. Node's own metrics begin with the first call, which takes 0.3 s. */
  read(): Promise<string>;
  /** One attempt has ended; `outcome` is SUCCEEDED or its error code. */
  attemptEnded(outcome: string, durationMs: number): void;
  /** A partner called; `outcome` is ACCEPTED, DUPLICATE, UNKNOWN_ADDRESS or the code of the refusal. */
  callReceived(outcome: string, recorded: boolean): void;
  showBacklog(state: BacklogState): void;
  /** A query was answered by resolvers, because no read plan could. */
  readPlanFellBack: OnFallback;
}

/** The default, 10 ms, wakes an idle process a hundred times a second. */
const EVENT_LOOP_SAMPLE_MS = 100;

/** Prometheus metrics of this process, and of the outbox, which all processes share. */
export function createMetrics(source: DataSource): Metrics {
  const registry = new Registry();
  let ownOfNode: Promise<void> | null = null;
  const attempts = new Counter({
    name: 'hookledger_attempts_total',
    help: 'Attempts of deliveries that ended, by outcome.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'hookledger_attempt_duration_seconds',
    help: 'Duration of attempts in seconds.',
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  const calls = new Counter({
    name: 'hookledger_incoming_calls_total',
    help: 'Calls of partners by outcome; recorded: whether they have a row in the log.',
    labelNames: ['outcome', 'recorded'],
    registers: [registry],
  });
  const fallbacks = new Counter({
    name: 'hookledger_read_plan_fallbacks_total',
    help: 'Queries that were answered by resolvers instead of one statement, by reason.',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const reason of FALLBACK_REASONS) fallbacks.inc({ reason }, 0);
  for (const gauge of DATABASE_GAUGES) showGauge(registry, gauge, source);
  new Gauge({
    name: 'hookledger_clock_difference_seconds',
    help: 'Seconds by which the clock of the database is ahead of that of this process; negative: behind.',
    registers: [registry],
    collect() {
      this.set(clockDifferenceMs() / 1_000);
    },
  });
  return {
    contentType: registry.contentType,
    async read() {
      ownOfNode ??= startOwnOfNode(registry);
      await ownOfNode;
      return registry.metrics();
    },
    attemptEnded(outcome, durationMs) {
      attempts.inc({ outcome });
      duration.observe(durationMs / 1000);
    },
    showBacklog: (state) => showBacklog(registry, state),
    callReceived: (outcome, recorded) => calls.inc({ outcome, recorded: String(recorded) }),
    readPlanFellBack: (reason) => fallbacks.inc({ reason }),
  };
}

/** Not before something reads them: sampling takes a tenth of the CPU that an idle installation may use. */
async function startOwnOfNode(registry: Registry): Promise<void> {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS });
  // or the percentiles would be of no sample: the first time only begins one
  await wait(3 * EVENT_LOOP_SAMPLE_MS);
}

function showGauge(
  registry: Registry,
  { name, help, labelNames = [], read }: DatabaseGauge,
  { manager }: DataSource,
): void {
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    async collect() {
      const samples = await read(manager);
      this.reset();
      for (const { labels = {}, value } of samples) this.set(labels, value);
    },
  });
}

function showBacklog(registry: Registry, { latest, refusal }: BacklogState): void {
  new Gauge({
    name: 'hookledger_backlog',
    help: 'Events that are not fanned out yet, and deliveries whose attempt is due; counted up to MAX_BACKLOG in all.',
    labelNames: ['kind'],
    registers: [registry],
    collect() {
      const { events = 0, deliveries = 0 } = latest() ?? {};
      this.set({ kind: 'events' }, events);
      this.set({ kind: 'deliveries' }, deliveries);
    },
  });
  new Gauge({
    name: 'hookledger_backlog_bytes',
    help: 'Estimate of the bytes of their payloads.',
    registers: [registry],
    collect() {
      this.set(latest()?.bytes ?? 0);
    },
  });
  new Gauge({
    name: 'hookledger_publishing_refused',
    help: '1 while publishing is refused because the backlog is at its limit; otherwise 0.',
    registers: [registry],
    collect() {
      this.set(refusal() === null ? 0 : 1);
    },
  });
}
