import { setTimeout as wait } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { clockDifferenceMs } from '../../clock';
import { createFaultLog } from '../../fault-log';
import type { Log } from '../../log';
import { failingLoops } from '../../loop';
import { FALLBACK_REASONS, type OnFallback } from '../../read-plan/fallback';
import { isStatementTimeout } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import { failuresTogether } from '../../sql/sharing/failed-together';
import { DATABASE_GAUGES, type DatabaseGauge, type Sample } from './database-gauges';
import type { BacklogState, Readiness } from './health-route';

export interface Metrics {
  contentType: string;
  /**
   * The text for Prometheus, without the metrics that the database does not give now. Node's own begin with the first call, which
   * takes 0.3 s.
   */
  read(): Promise<string>;
  /** One attempt has ended; `outcome` is SUCCEEDED or its error code. */
  attemptEnded(outcome: string, durationMs: number): void;
  /** A partner called; `outcome` is ACCEPTED, DUPLICATE, UNKNOWN_ADDRESS or the code of the refusal. */
  callReceived(outcome: string, recorded: boolean): void;
  showBacklog(state: BacklogState): void;
  showReadiness(read: Readiness): void;
  showLostLogLines(count: () => number): void;
  /** A query was answered by resolvers, because no read plan could. */
  readPlanFellBack: OnFallback;
}

/** Prometheus waits 10 s by default, and the checks of `/readyz` are asked for as well. */
const DATABASE_MS = 4_000;
/** The default, 10 ms, wakes an idle process a hundred times a second. */
const EVENT_LOOP_SAMPLE_MS = 100;

/** Prometheus metrics of this process, and of the database, which all processes share. */
export function createMetrics(db: Db, log: Pick<Log, 'warn'>): Metrics {
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
  const fromDatabase = createDatabaseSamples(db, log);
  for (const gauge of DATABASE_GAUGES) showGauge(registry, gauge, fromDatabase.of);
  showFailures(registry);
  new Gauge({
    name: 'hookledger_clock_difference_seconds',
    help: 'Seconds by which the clock of this process is ahead of that of the database; negative: behind.',
    registers: [registry],
    collect() {
      this.set(-clockDifferenceMs() / 1_000);
    },
  });
  new Gauge({
    name: 'hookledger_loop_failing_seconds',
    help: 'How long a loop of this process has failed, while it fails.',
    labelNames: ['loop'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { loop, seconds } of failingLoops()) this.set({ loop }, seconds);
    },
  });
  return {
    contentType: registry.contentType,
    async read() {
      ownOfNode ??= startOwnOfNode(registry);
      await ownOfNode;
      await Promise.race([fromDatabase.read(), wait(DATABASE_MS, undefined, { ref: false })]);
      return registry.metrics();
    },
    attemptEnded(outcome, durationMs) {
      attempts.inc({ outcome });
      duration.observe(durationMs / 1000);
    },
    showBacklog: (state) => showBacklog(registry, state),
    showReadiness: (read) => showReadiness(registry, read),
    showLostLogLines: (count) => showLostLogLines(registry, count),
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

/** What the database says, one question after the other: they need one connection. */
function createDatabaseSamples(db: Db, log: Pick<Log, 'warn'>) {
  let latest = new Map<string, readonly Sample[]>();
  const report = createFaultLog((error, unwritten) =>
    log.warn({ err: error, unwritten }, 'metrics are missing: the database does not give them'),
  );
  return {
    async read(): Promise<void> {
      const found = new Map<string, readonly Sample[]>();
      latest = found;
      const end = performance.now() + DATABASE_MS;
      for (const { name, read } of DATABASE_GAUGES) {
        try {
          found.set(name, await read(db));
        } catch (error) {
          report(error);
          // a table may be locked, and others not
          if (!isStatementTimeout(error)) return;
        }
        if (performance.now() > end) return;
      }
    },
    of: (name: string) => latest.get(name) ?? [],
  };
}

function showGauge(
  registry: Registry,
  { name, help, labelNames = [] }: DatabaseGauge,
  samplesOf: (name: string) => readonly Sample[],
): void {
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      // without labels it would be 0
      if (labelNames.length === 0) this.remove();
      else this.reset();
      for (const { labels = {}, value } of samplesOf(name)) this.set(labels, value);
    },
  });
}

function showFailures(registry: Registry): void {
  new Counter({
    name: 'hookledger_direct_publish_failures_total',
    help: 'Transactions that published events with their deliveries and failed, conflicts excluded: the events went through the outbox.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { work, reason, count } of failuresTogether()) {
        if (work === 'direct_publish') this.inc({ reason }, count);
      }
    },
  });
  new Counter({
    name: 'hookledger_failed_together_total',
    help: 'Transactions for many events, deliveries or rows that failed: each was done by itself.',
    labelNames: ['work', 'reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { work, reason, count } of failuresTogether()) {
        if (work !== 'direct_publish') this.inc({ work, reason }, count);
      }
    },
  });
}

function showReadiness(registry: Registry, read: Readiness): void {
  new Gauge({
    name: 'hookledger_ready',
    help: '1 while this check of /readyz finds no fault; otherwise 0.',
    labelNames: ['check'],
    registers: [registry],
    async collect() {
      for (const [check, fault] of Object.entries(await read())) this.set({ check }, fault === null ? 1 : 0);
    },
  });
}

function showLostLogLines(registry: Registry, count: () => number): void {
  new Gauge({
    name: 'hookledger_log_lines_lost',
    help: 'Lines of the log of this process that could not be written.',
    registers: [registry],
    collect() {
      this.set(count());
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
