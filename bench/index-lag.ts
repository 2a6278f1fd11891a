// npm run bench:index-lag -- [--seconds 600] [--per-second 500]: how far searches are behind the log beside deliveries.
import { setTimeout as wait } from 'node:timers/promises';
import { startApplication } from './application';
import { type Bench, createWebhook, startTestBed, untilAllArrived } from './bench';
import { clockMs } from './clock';
import { DOCUMENT_TYPE, publishAtRate, publishBatches } from './load';
import { percentilesOf, rounded } from './numbers';
import { machine, perSecond, printTable, type Row } from './printed';
import { runProgram } from './program';

/** How old the oldest closed request is that searches do not find: p95 at most. */
const BAR_SECONDS = 60;
const PER_CALL = 5;
const FLAT_OUT_EVENTS = 20_000;
const CATCH_UP_LIMIT_MS = 300_000;
const EVERY_MS = 2_000;
/** The run in this many parts: the lag of the last may not have grown over that of the second, in which all is warm. */
const PARTS = 5;

runProgram(async (args, stops) => {
  const seconds = numberOf(args, '--seconds', 600);
  const rate = numberOf(args, '--per-second', 500);
  console.log(`bench:index-lag, ${rate}/s for ${seconds} s: ${machine()}`);
  const bed = await startTestBed(stops);
  const application = await startApplication(bed.installation, 'apart');
  stops.push(application.stop);
  const webhookId = await createWebhook(application.api, `${bed.receiver.url}/hook`, DOCUMENT_TYPE);
  const bench: Bench = { ...bed, ...application, webhookId };
  const steady = await sampled(bench, async () => {
    await publishAtRate(bench.api, bench.tally, { perSecond: rate, perCall: PER_CALL, seconds });
  });
  const deliveredPerSecond = bench.receiver.received() / seconds;
  await untilAllArrived(bench);
  const steadyCatchUpMs = await untilIndexed(bench);
  const begun = clockMs();
  const flatOut = await sampled(bench, async () => {
    await publishBatches(bench.api, bench.tally, FLAT_OUT_EVENTS);
    await untilAllArrived(bench);
  });
  const flatOutPerSecond = (1000 * FLAT_OUT_EVENTS) / (clockMs() - begun);
  const flatOutCatchUpMs = await untilIndexed(bench);
  await bench.tally.collect();

  const medians = inParts(steady).map((part) => percentilesOf(part).p50);
  const lag = percentilesOf(steady);
  const [second, last] = [medians[1] ?? Number.NaN, medians.at(-1) ?? Number.NaN];
  // what is below a second is noise of the sampling
  const isGrowing = last > 1 && last > 2 * second;
  printTable([
    [`delivered while ${rate}/s are published`, perSecond(deliveredPerSecond), `${rate}/s: else the machine is full`],
    [`lag at ${rate}/s, p50 / p95 / most`, inSeconds([lag.p50, lag.p95, Math.max(...steady)]), `p95 ${BAR_SECONDS} s`],
    [`its median in each ${PARTS}th of the run`, inSeconds(medians), 'the last not twice the second'],
    ['all found after the last delivery', caughtUp(steadyCatchUpMs), ''],
    [`flat out, ${FLAT_OUT_EVENTS} events: delivered`, perSecond(flatOutPerSecond), ''],
    ['lag meanwhile, most', inSeconds([Math.max(...flatOut)]), ''],
    ['all found after the last delivery', caughtUp(flatOutCatchUpMs), 'it catches up'],
    ['events; lost', `${bench.tally.published()}; ${bench.tally.lost()}`, '0'],
  ] satisfies Row[]);
  const keys = {
    lagP50: rounded(lag.p50, 1),
    lagP95: rounded(lag.p95, 1),
    medians: medians.map((each) => rounded(each, 1)),
    flatOutCatchUpMs: flatOutCatchUpMs && rounded(flatOutCatchUpMs),
    lost: bench.tally.lost(),
  };
  return { keys, isSound: lag.p95 < BAR_SECONDS && !isGrowing && flatOutCatchUpMs !== null && keys.lost === 0 };
});

function numberOf(args: readonly string[], name: string, otherwise: number): number {
  const at = args.indexOf(name);
  const value = at < 0 ? otherwise : Number(args[at + 1]);
  if (!(value > 0)) throw new Error(`${name} must be a number above 0, not ${args[at + 1]}`);
  return value;
}

/** The lag, every two seconds while the work lasts. */
async function sampled(bench: Bench, work: () => Promise<void>): Promise<number[]> {
  const samples: number[] = [];
  let isOver = false;
  const working = work().finally(() => {
    isOver = true;
  });
  while (!isOver) {
    samples.push(await lagSeconds(bench));
    await Promise.race([working.catch(() => undefined), wait(EVERY_MS)]);
  }
  await working;
  return samples;
}

async function lagSeconds({ installation }: Bench): Promise<number> {
  // as hookledger_search_index_behind_seconds has it, without the API in between
  const { rows } = await installation.sql.query<{ seconds: number }>(
    `select coalesce(greatest(0, extract(epoch from clock_timestamp() - min(c.at))), 0)::float8 as seconds
     from feed_positions p join request_changes c on p.reader = 'index' and c.kind = 'CLOSED'
       and c.xid >= pg_snapshot_xmin(p.from_snapshot::pg_snapshot)::text::bigint
       and not pg_visible_in_snapshot(c.xid::text::xid8, p.from_snapshot::pg_snapshot)
       and (p.to_snapshot is null or c.id > p.after_id
         or not pg_visible_in_snapshot(c.xid::text::xid8, p.to_snapshot::pg_snapshot))`,
  );
  return rows[0]?.seconds ?? 0;
}

/** @returns how long it took; null: longer than is waited */
async function untilIndexed(bench: Bench): Promise<number | null> {
  const begun = clockMs();
  while (clockMs() - begun < CATCH_UP_LIMIT_MS) {
    if ((await lagSeconds(bench)) === 0) return clockMs() - begun;
    await wait(200);
  }
  return null;
}

function inParts(samples: readonly number[]): number[][] {
  const length = Math.ceil(samples.length / PARTS);
  return Array.from({ length: PARTS }, (_, part) => samples.slice(part * length, (part + 1) * length));
}

const inSeconds = (values: readonly number[]) => `${values.map((value) => value.toFixed(1)).join(' / ')} s`;
const caughtUp = (ms: number | null) =>
  ms === null ? `not within ${CATCH_UP_LIMIT_MS / 1000} s` : `${(ms / 1000).toFixed(1)} s`;
