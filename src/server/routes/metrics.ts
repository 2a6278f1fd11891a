import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { STANDBY_FAULTS, type StandbyFault } from '../../database/standby-route';
import { SEND_ERROR_CODES } from '../../delivery/send-error';
import { CALL_RESULTS } from '../../incoming/receive';
import { createFaultLog, type Log } from '../../logging/log';
import { MAIL_OUTCOMES, type MailOutcome } from '../../mail/send-mails';
import { FALLBACK_REASONS, type OnFallback } from '../../read-plan/plan';
import { isStatementTimeout } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import { useOf } from '../../sql/session-pool';
import { failuresTogether } from '../../sql/sharing/failed-together';
import type { ReadSystemHealth } from '../../system/system-health';
import { VERSION } from '../../system/version';
import { clockDifferenceMs } from '../../time/clock';
import { failingLoops } from '../../time/loop';
import { LOSSES, type spanCounts } from '../../tracing/span';
import { createRequestMetrics, type RequestMetrics } from '../edge/request-metrics';
import { DATABASE_GAUGES, type DatabaseGauge, type Sample } from './database-gauges';
import { cached } from './files-routes';
import type { BacklogState } from './health-route';

export interface Metrics extends RequestMetrics {
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
  /** A mail was tried, or is given up. */
  mailEnded(outcome: MailOutcome): void;
  showBacklog(state: BacklogState): void;
  showReadiness(read: ReadSystemHealth): void;
  showLostLogLines(count: () => number): void;
  showSpans(counts: typeof spanCounts): void;
  /** @param name of the connections, as in `application_name` */
  showPool(name: string, pool: DataSource): void;
  /** A statement of a query was run on the primary, although there is a standby. */
  readFromPrimary(reason: StandbyFault): void;
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
  for (const outcome of ['SUCCEEDED', ...SEND_ERROR_CODES]) attempts.inc({ outcome }, 0);
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
  for (const { outcome, recorded } of CALL_RESULTS) calls.inc({ outcome, recorded: String(recorded) }, 0);
  const mails = new Counter({
    name: 'hookledger_mails_total',
    help:
      'Mails to users by outcome: SENT; POSTPONED, tried again later; REFUSED by the server for the user; GIVEN_UP after 24 hours; NOT_ADDRESSED, the ' +
      'user has no verified address any more.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of MAIL_OUTCOMES) mails.inc({ outcome }, 0);
  const fallbacks = new Counter({
    name: 'hookledger_read_plan_fallbacks_total',
    help: 'Queries that were answered by resolvers instead of one statement, by reason.',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const reason of FALLBACK_REASONS) fallbacks.inc({ reason }, 0);
  const replicaFallbacks = new Counter({
    name: 'hookledger_replica_fallbacks_total',
    help: 'Statements of queries that were run on the primary instead of the standby, by reason.',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const reason of STANDBY_FAULTS) replicaFallbacks.inc({ reason }, 0);
  const fromDatabase = createDatabaseSamples(db, log);
  for (const gauge of DATABASE_GAUGES) showGauge(registry, gauge, fromDatabase.of);
  showFailures(registry);
  const pools = showPools(registry);
  new Gauge({
    name: 'hookledger_build_info',
    help: '1; the labels name the version of the program and that of Node.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version: VERSION, node: process.versions.node }, 1);
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
    ...createRequestMetrics(registry),
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
    showSpans: (counts) => showSpans(registry, counts),
    showPool: (name, pool) => void pools.set(name, pool),
    mailEnded: (outcome) => mails.inc({ outcome }),
    callReceived: (outcome, recorded) => calls.inc({ outcome, recorded: String(recorded) }),
    readFromPrimary: (reason) => replicaFallbacks.inc({ reason }),
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
  const reads = DATABASE_GAUGES.map(({ name, keptMs = 0, read }) => ({ name, read: cached(keptMs, () => read(db)) }));
  const report = createFaultLog((error, unwritten) =>
    log.warn({ err: error, unwritten }, 'metrics are missing: the database does not give them'),
  );
  return {
    async read(): Promise<void> {
      const found = new Map<string, readonly Sample[]>();
      latest = found;
      const end = performance.now() + DATABASE_MS;
      for (const { name, read } of reads) {
        try {
          found.set(name, await read());
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

function showReadiness(registry: Registry, read: ReadSystemHealth): void {
  const registers = [registry];
  new Gauge({
    name: 'hookledger_ready',
    help: '1 while this check of /readyz finds no fault; otherwise 0.',
    labelNames: ['check'],
    registers,
    async collect() {
      for (const [check, fault] of Object.entries((await read()).checks)) this.set({ check }, fault === null ? 1 : 0);
    },
  });
  // without a value it would be 0
  const show = (gauge: Gauge, value: number | null | undefined) =>
    typeof value === 'number' ? gauge.set(value) : gauge.remove();
  new Gauge({
    name: 'hookledger_replica_up',
    help: '1 while the standby from which this process answers queries can be asked and follows the primary; otherwise 0.',
    registers,
    async collect() {
      const state = (await read()).standby?.state ?? 'UNKNOWN';
      show(this, state === 'UNKNOWN' ? null : state === 'STOPPED' ? 0 : 1);
    },
  });
  new Gauge({
    name: 'hookledger_replica_lag_seconds',
    help: 'For how many seconds, at most, the standby from which this process answers queries has lacked a commit; 0: it has all.',
    registers,
    async collect() {
      show(this, (await read()).standby?.behindSeconds);
    },
  });
  new Gauge({
    name: 'hookledger_replica_lag_bytes',
    help: 'Bytes of the log of the primary that the standby from which this process answers queries has not replayed.',
    registers,
    async collect() {
      show(this, (await read()).standby?.behindBytes);
    },
  });
}

function showLostLogLines(registry: Registry, count: () => number): void {
  new Counter({
    name: 'hookledger_log_lines_lost_total',
    help: 'Lines of the log of this process that could not be written.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(count());
    },
  });
}

function showSpans(registry: Registry, counts: typeof spanCounts): void {
  new Counter({
    name: 'hookledger_spans_exported_total',
    help: 'Spans that the collector has taken.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(counts().exported);
    },
  });
  new Counter({
    name: 'hookledger_spans_lost_total',
    help: 'Spans that no collector has: queue_full, it took too few; export_failed, it did not take them.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      this.reset();
      const { lost } = counts();
      for (const reason of LOSSES) this.inc({ reason }, lost[reason]);
    },
  });
}

/** @returns where the pools are to be put, by name */
function showPools(registry: Registry): Map<string, DataSource> {
  const pools = new Map<string, DataSource>();
  const registers = [registry];
  new Gauge({
    name: 'hookledger_pool_connections',
    help: 'Open connections with the database: in_use, a caller has it; idle.',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      for (const [pool, source] of pools) {
        const { inUse, idle } = useOf(source);
        this.set({ pool, state: 'in_use' }, inUse);
        this.set({ pool, state: 'idle' }, idle);
      }
    },
  });
  new Gauge({
    name: 'hookledger_pool_waiting',
    help: 'Callers that wait for a connection.',
    labelNames: ['pool'],
    registers,
    collect() {
      for (const [pool, source] of pools) this.set({ pool }, useOf(source).waiting);
    },
  });
  new Counter({
    name: 'hookledger_pool_refused_total',
    help: 'Callers that got no connection in their time.',
    labelNames: ['pool'],
    registers,
    collect() {
      this.reset();
      for (const [pool, source] of pools) this.inc({ pool }, useOf(source).refused);
    },
  });
  return pools;
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

const KEPT_MS = 2_000;

/** `/healthz`: the process runs. `/metrics`, up to 2 s old: while the database is away, those that come from it are missing. */
export function serveMetrics(
  server: FastifyInstance,
  { contentType, read }: Metrics,
  onRequest: onRequestAsyncHookHandler,
): void {
  server.get('/healthz', async () => ({ status: 'ok' }));
  const metrics = cached(KEPT_MS, read);
  server.get('/metrics', { onRequest }, async (_request, reply) => reply.type(contentType).send(await metrics()));
}
