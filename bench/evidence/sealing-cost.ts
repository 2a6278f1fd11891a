// What sealing costs beside deliveries: the same load with and without it, in turns.
import { setTimeout as wait } from 'node:timers/promises';
import { untilCaughtUp } from '../api/caught-up';
import { startApplication } from '../application';
import { type Bench, createWebhook, startTestBed } from '../bench';
import { startCounting } from '../delivery/cost';
import { measureEndToEnd } from '../delivery/figures/flat-out';
import { measureSteadyRate } from '../delivery/figures/steady-rate';
import { DOCUMENT_TYPE } from '../load';
import type { Percentiles } from '../numbers';
import { withoutSealing } from './without-sealing';

export interface SealingCost {
  withPerSecond: number;
  withoutPerSecond: number;
  /** The median of the pairs. */
  ratio: number;
  cpuUsPerRow: number;
  leavesPerEvent: number;
  closeToSealedMs: Percentiles;
}

/**
 * From the last arrival to the end of the CPU that counts, in both runs: the last leaves are sealed within it, and the index
 * goes on meanwhile.
 */
const TAIL_MS = 2_000;

/**
 * A worker without capacity for a tenth of a second puts deliveries into the queue, and those that follow, as long as some
 * wait there: the run then costs about 250 µs more for each event, with and without sealing. Such a run is measured again, and
 * the number of them is printed, because a pair with one of them measures the queue.
 */
const MAX_QUEUED = 0.1;

interface Run {
  perSecond: number;
  cpuUs: number;
  leavesPerEvent: number;
  /** The share of the deliveries that went through the queue. */
  queued: number;
}

export interface CostSize {
  /** Of each run with or without sealing. */
  events: number;
  /** Events after each change of the triggers, whose statements are planned anew. */
  warmUp: number;
  steadySeconds: number;
  /** Of runs with and without sealing; odd. */
  pairs: number;
  /** Of one run. */
  maxTries: number;
}

export async function measureCost(size: CostSize, stops: (() => Promise<unknown>)[]): Promise<SealingCost> {
  const { steadySeconds, pairs: count } = size;
  const bed = await startTestBed(stops);
  const application = await startApplication(bed.installation, 'one');
  stops.push(application.stop);
  const webhookId = await createWebhook(application.api, `${bed.receiver.url}/hook`, DOCUMENT_TYPE);
  const bench: Bench = { ...bed, ...application, webhookId };
  await measureEndToEnd(bench, size.warmUp);
  await measureSteadyRate(bench, { perSecond: 1_000, perCall: 5, seconds: steadySeconds });
  const closeToSealedMs = await closeToSealed(bench);
  const pairs: [Run, Run][] = [];
  for (let pair = 0; pair < count; pair++) {
    const sealed = () => measureDirect(bench, size, 'with');
    const unsealed = async () => {
      const turnOn = await withoutSealing(bed.installation.sql);
      return measureDirect(bench, size, 'without').finally(turnOn);
    };
    // each begins as often as the other
    const [first, second] = pair % 2 === 0 ? [sealed, unsealed] : [unsealed, sealed];
    const runs = [await first(), await second()];
    const [on, off] = (pair % 2 === 0 ? runs : runs.reverse()) as [Run, Run];
    console.log(
      `with ${on.perSecond.toFixed(0)}/s, ${on.cpuUs.toFixed(0)} µs; without ${off.perSecond.toFixed(0)}/s, ${off.cpuUs.toFixed(0)} µs`,
    );
    pairs.push([on, off]);
  }
  await application.stop();
  const median = (of: (on: Run, off: Run) => number) =>
    pairs.map(([on, off]) => of(on, off)).sort((a, b) => a - b)[(count - 1) / 2] as number;
  return {
    withPerSecond: median((on) => on.perSecond),
    withoutPerSecond: median((_on, off) => off.perSecond),
    ratio: median((on, off) => on.perSecond / off.perSecond),
    cpuUsPerRow: median((on, off) => (on.cpuUs - off.cpuUs) / on.leavesPerEvent),
    leavesPerEvent: median((on) => on.leavesPerEvent),
    closeToSealedMs,
  };
}

async function measureDirect(bench: Bench, size: CostSize, name: string): Promise<Run> {
  for (let tries = 1; ; tries += 1) {
    const run = await measureRun(bench, size);
    if (run.queued <= MAX_QUEUED || tries === size.maxTries) return run;
    console.log(
      `again: ${name} ${run.perSecond.toFixed(0)}/s, ${run.cpuUs.toFixed(0)} µs, ${(100 * run.queued).toFixed(0)} % through the queue`,
    );
  }
}

// Each run begins with nothing to seal, to count and to index. Otherwise it would do, within its time, what runs before it have
// left: up to 43,000 requests, which count as the cost of sealing or as its gain.
async function measureRun(bench: Bench, { events, warmUp }: CostSize): Promise<Run> {
  const { sql } = bench.installation;
  await measureEndToEnd(bench, warmUp);
  await untilSealed(bench);
  await untilCaughtUp(sql, () => undefined);
  await sql.query('vacuum analyze');
  await sql.query('checkpoint');
  const before = await leafCount(bench);
  const last = (await sql.query('select max(id::text) as id from deliveries')).rows[0].id;
  const costOf = await startCounting(bench);
  const { perSecond } = await measureEndToEnd(bench, events);
  await Promise.all([untilSealed(bench), wait(TAIL_MS)]);
  const { ownCpuUs } = await costOf(events);
  const leavesPerEvent = ((await leafCount(bench)) - before) / events;
  const { rows } = await sql.query<{ n: number }>(
    'select count(*)::int as n from deliveries where id > $1 and lease_id is null',
    [last],
  );
  return { perSecond, cpuUs: ownCpuUs ?? Number.NaN, leavesPerEvent, queued: (rows[0]?.n ?? 0) / events };
}

async function leafCount({ installation: { sql } }: Bench): Promise<number> {
  const { rows } = await sql.query('select coalesce(max(tree_size), 0)::int as n from evidence_blocks');
  return rows[0].n;
}

async function untilSealed({ installation: { sql } }: Bench): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const { rows } = await sql.query('select exists (select from evidence_queue) as waits');
    if (!rows[0].waits) return;
    if (tries > 600) throw new Error('the queue of the sealed log does not become empty');
    await wait(50);
  }
}

async function closeToSealed(bench: Bench): Promise<Percentiles> {
  await untilSealed(bench);
  const { rows } = await bench.installation.sql.query<{ ms: number[] }>(
    `select percentile_cont(array[0.5, 0.95, 0.99]) within group (order by
       extract(epoch from b.sealed_at - r.finished_at)::float8 * 1000) as ms
     from webhook_request_logs r join evidence_leaves l on l.kind = 1 and l.subject_id = r.id
       join evidence_blocks b on l.leaf_index >= b.first_index and l.leaf_index < b.tree_size`,
  );
  const [p50 = Number.NaN, p95 = Number.NaN, p99 = Number.NaN] = rows[0]?.ms ?? [];
  return { p50, p95, p99 };
}
