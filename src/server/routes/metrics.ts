import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { clockDifferenceMs, currentTime } from '../../clock';
import { findDeliveriesPause } from '../../delivery/pause/deliveries-pause.store';
import { anchorTargets } from '../../evidence/anchors/anchor.store';
import { STOP_CODES } from '../../evidence/evidence-head.entity';
import { sealingStops } from '../../evidence/sealing-stop.store';
import { waitingLeaves } from '../../evidence/tree.store';
import { FALLBACK_REASONS, type OnFallback } from '../../read-plan/fallback';
import { backfillRemaining } from '../../request-log/feed/backfill.store';
import { indexBehindSeconds } from '../../request-log/search/request-index.store';
import type { BacklogState } from './health-route';

export interface Metrics {
  registry: Registry;
  /** One attempt has ended; `outcome` is SUCCEEDED or its error code. */
  attemptEnded(outcome: string, durationMs: number): void;
  /** A partner called; `outcome` is ACCEPTED, DUPLICATE, UNKNOWN_ADDRESS or the code of the refusal. */
  callReceived(outcome: string, recorded: boolean): void;
  showBacklog(state: BacklogState): void;
  /** A query was answered by resolvers, because no read plan could. */
  readPlanFellBack: OnFallback;
}

/** The default, 10 ms, wakes an idle process a hundred times a second: a fifth of the CPU that it may use when idle. */
const EVENT_LOOP_SAMPLE_MS = 100;

/** Prometheus metrics of this process, and of the outbox, which all processes share. */
export function createMetrics(source: DataSource): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS });
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
  new Gauge({
    name: 'hookledger_pending_decisions',
    help: 'Pairs of event and webhook whose condition or template is still to be evaluated, up to 10,000.',
    registers: [registry],
    async collect() {
      const sql = 'select count(*)::int as n from (select from pending_decisions limit 10000) as pending';
      const [row] = await source.query<{ n: number }[]>(sql);
      this.set(row?.n ?? 0);
    },
  });
  new Gauge({
    name: 'hookledger_deliveries_paused',
    help: '1 while all deliveries are paused (pauseDeliveries); otherwise 0.',
    registers: [registry],
    async collect() {
      this.set((await findDeliveriesPause(source.manager)) === null ? 0 : 1);
    },
  });
  new Gauge({
    name: 'hookledger_webhooks',
    help: 'Outgoing webhooks whose circuit is not closed (open), whose deliveries wait for capacity (waiting), disabled.',
    labelNames: ['condition'],
    registers: [registry],
    async collect() {
      const sql = `select count(*) filter (where c.state <> 'CLOSED')::int as open,
          count(*) filter (where c.has_backlog)::int as waiting, count(*) filter (where w.status = 'DISABLED')::int as disabled
        from webhooks w join webhook_circuits c on c.webhook_id = w.id where w.status <> 'ARCHIVED'`;
      const [row] = await source.query<Record<string, number>[]>(sql);
      for (const [condition, n] of Object.entries(row ?? {})) this.set({ condition }, n);
    },
  });
  new Gauge({
    name: 'hookledger_search_index_behind_seconds',
    help: 'Seconds since the oldest request was closed that searches do not find yet; 0: searches find all.',
    registers: [registry],
    async collect() {
      this.set(await indexBehindSeconds(source.manager));
    },
  });
  new Gauge({
    name: 'hookledger_backfill_remaining_rows',
    help: 'Estimate of the requests and deliveries that are still to be counted or indexed; above 0 only after a restore.',
    labelNames: ['reader'],
    registers: [registry],
    async collect() {
      const remaining = await backfillRemaining(source.manager);
      for (const [reader, n] of Object.entries(remaining)) this.set({ reader }, n);
    },
  });
  new Gauge({
    name: 'hookledger_evidence_waiting',
    help: 'Leaves that wait to be sealed, counted up to 1,001.',
    registers: [registry],
    async collect() {
      this.set((await waitingLeaves(source.manager)).waiting);
    },
  });
  new Gauge({
    name: 'hookledger_evidence_stopped',
    help: 'Why nothing is sealed: 1 for each reason that holds in a process; otherwise 0.',
    labelNames: ['code'],
    registers: [registry],
    async collect() {
      const stops = await sealingStops(source.manager, currentTime());
      for (const code of STOP_CODES) this.set({ code }, stops.some((stop) => stop.code === code) ? 1 : 0);
    },
  });
  new Gauge({
    name: 'hookledger_evidence_anchor_failed',
    help: '1 if the last try to send a head of the evidence to this webhook event, witness or authority failed; otherwise 0.',
    labelNames: ['kind', 'by'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { kind, by, error } of await anchorTargets(source.manager))
        this.set({ kind, by }, error === null ? 0 : 1);
    },
  });
  new Gauge({
    name: 'hookledger_clock_difference_seconds',
    help: 'Seconds by which the clock of the database is ahead of that of this process; negative: behind.',
    registers: [registry],
    collect() {
      this.set(clockDifferenceMs() / 1_000);
    },
  });
  return {
    registry,
    attemptEnded(outcome, durationMs) {
      attempts.inc({ outcome });
      duration.observe(durationMs / 1000);
    },
    showBacklog: (state) => showBacklog(registry, state),
    callReceived: (outcome, recorded) => calls.inc({ outcome, recorded: String(recorded) }),
    readPlanFellBack: (reason) => fallbacks.inc({ reason }),
  };
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
