import { setTimeout as wait } from 'node:timers/promises';
import { type Bench, startBench } from './bench';
import { measureCeiling } from './figures/ceiling';
import { type FilledQueue, measureFilledQueue } from './figures/filled-queue';
import { type FullSpeed, measureFullSpeed } from './figures/full-speed';
import { measureIsolation } from './figures/isolation';
import { measureSigning } from './figures/signing';
import { measureSingleCalls, type SingleCalls } from './figures/single-calls';
import { measureSteadyRate } from './figures/steady-rate';
import type { Percentiles } from './numbers';
import type { Size } from './sizes';

/** All that one run measured, and how many deliveries it checked. */
export interface Figures {
  rawPerSecond: number;
  signingUs: number;
  oneWorker: FilledQueue;
  twoWorkers: FilledQueue;
  fullSpeed: FullSpeed;
  single: SingleCalls;
  at200: Percentiles;
  at1000: Percentiles;
  isolated: Percentiles;
  events: number;
  lost: number;
  duplicated: number;
  /** Rows of the database that should be over and are not. */
  leftOpen: number;
}

export async function measureAll(size: Size, stops: (() => Promise<unknown>)[]): Promise<Figures> {
  const say = sayer();
  say('starting Postgres, the API and the receiver');
  const bench = await startBench(stops);
  say('the ceiling: undici alone');
  const rawPerSecond = await measureCeiling(bench.receiver.url, size.ceilingSeconds);
  const signingUs = measureSigning();
  say(`a filled queue of ${size.filled}, one worker`);
  const oneWorker = await measureFilledQueue(bench, size.filled, 1);
  say(`a filled queue of ${size.filledForTwo}, two workers`);
  const twoWorkers = await measureFilledQueue(bench, size.filledForTwo, 2);
  const worker = await bench.installation.start('worker,indexer');
  say(`end to end at full speed, ${size.fullSpeed} events`);
  const fullSpeed = await measureFullSpeed(bench, worker, size.fullSpeed);
  say(`end to end in single calls at full speed, ${size.single} events`);
  const single = await measureSingleCalls(bench, worker, size.single);
  say('tidying up what the full speed left: vacuum and checkpoint');
  await tidyUp(bench);
  say(`end to end at 200/s and 1,000/s, ${size.steadySeconds} s each`);
  const at200 = await measureSteadyRate(bench, { perSecond: 200, perCall: 1, seconds: size.steadySeconds });
  const at1000 = await measureSteadyRate(bench, { perSecond: 1_000, perCall: 5, seconds: size.steadySeconds });
  say(`200/s beside ${size.stuck} deliveries that are stuck`);
  const isolated = await measureIsolation(bench, size);
  say('is everything over?');
  const leftOpen = await rowsLeftOpen(bench);
  const { tally } = bench;
  const counts = { events: tally.published(), lost: tally.lost(), duplicated: tally.duplicated(), leftOpen };
  return { rawPerSecond, signingUs, oneWorker, twoWorkers, fullSpeed, single, at200, at1000, isolated, ...counts };
}

function sayer(): (what: string) => void {
  const start = Date.now();
  return (what) => console.log(`${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${what}`);
}

// Else the figures at a steady rate are those of the autovacuum that comes after hundreds of thousands of changes.
async function tidyUp({ installation: { sql } }: Bench): Promise<void> {
  await sql.query('vacuum analyze');
  await sql.query('checkpoint');
}

// of the invoices only: attempts at the partner that never answers run into their time-out, as they should
async function rowsLeftOpen({ installation }: Bench): Promise<number> {
  for (let tries = 0; ; tries += 1) {
    const { rows } = await installation.sql.query<{ n: number }>(
      `select (select count(*) from deliveries where document_type = 'Sales Invoice' and status <> 'DELIVERED')::int +
         (select count(*) from webhook_request_logs
          where document_type = 'Sales Invoice' and finished_at is null)::int as n`,
    );
    const n = rows[0]?.n ?? 0;
    if (n === 0 || tries === 50) return n;
    await wait(100);
  }
}
