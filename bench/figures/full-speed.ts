import { setTimeout as wait } from 'node:timers/promises';
import { type Bench, untilAllArrived } from '../bench';
import { type Cost, startCounting } from '../cost';
import { publishBatches } from '../load';
import { type Percentiles, percentilesOf, ratePerSecond } from '../numbers';
import { residentMb } from '../process-use';
import type { ServerProcess } from '../server-process';

export interface FullSpeed {
  endToEndPerSecond: number;
  latencyMs: Percentiles;
  /** Of the worker: before, after a tenth of the deliveries, and after all of them. */
  memoryMb: { start: number | null; tenth: number | null; end: number | null };
  cost: Cost;
}

/** Enough to keep everybody busy, and little enough that publishing goes at the speed of delivering. */
export const UNDER_WAY = 2_000;

/** Publishes as fast as deliveries arrive: publishing, fan-out and delivering all at the same time. */
export async function measureFullSpeed(bench: Bench, worker: ServerProcess, events: number): Promise<FullSpeed> {
  const { api, receiver, tally } = bench;
  const end = receiver.received() + events;
  const start = await residentMb(worker.pid);
  const costOf = await startCounting(bench, [worker.pid]);
  let tenth: number | null = null;
  const sampling = setInterval(async () => {
    if (tenth === null && end - receiver.received() < 0.9 * events) tenth = await residentMb(worker.pid);
  }, 50);
  const room = async () => {
    while (tally.missing() >= UNDER_WAY) await wait(2);
  };
  await publishBatches(api, tally, events, room);
  await untilAllArrived(bench);
  clearInterval(sampling);
  const { times, delaysMs } = await tally.collect();
  return {
    endToEndPerSecond: ratePerSecond(times),
    latencyMs: percentilesOf(delaysMs.slice(Math.floor(events / 10))),
    memoryMb: { start, tenth, end: await residentMb(worker.pid) },
    cost: await costOf(events),
  };
}
