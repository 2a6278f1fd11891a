// As fast as deliveries arrive: publishing, fan-out and delivering all at the same time.
import { type Bench, untilAllArrived, untilRoom } from '../bench';
import { type Cost, startCounting } from '../cost';
import { callFlatOut, publishBatches, singleEventJson } from '../load';
import { type Percentiles, percentilesOf, ratePerSecond } from '../numbers';
import { residentMb } from '../process-use';
import { KINDS } from './statement-kinds';

export interface FlatOut {
  /** Deliveries. */
  perSecond: number;
  latencyMs: Percentiles;
  cost: Cost;
  /** Of the largest process of the application, afterwards; null where there is no /proc. */
  memoryMb: number | null;
}

/** As the business systems publish that make one call for each event. */
export const CONNECTIONS = 32;

/** In calls of 100. */
export function measureEndToEnd(bench: Bench, events: number): Promise<FlatOut> {
  return measureFlatOut(bench, events, () => publishBatches(bench.api, bench.tally, events, () => untilRoom(bench)));
}

/** One event a call over 32 connections, each as fast as it is answered. */
export function measureSingleCalls(bench: Bench, events: number): Promise<FlatOut> {
  const { api, tally } = bench;
  return measureFlatOut(bench, events, () =>
    callFlatOut(events, CONNECTIONS, async () => {
      await untilRoom(bench);
      await api.publish([singleEventJson(tally.next())]);
    }),
  );
}

/** @param publish these events, and no faster than `untilRoom` allows */
export async function measureFlatOut(bench: Bench, events: number, publish: () => Promise<void>): Promise<FlatOut> {
  const costOf = await startCounting(bench, KINDS);
  await publish();
  await untilAllArrived(bench);
  const { times, delaysMs } = await bench.tally.collect();
  return {
    perSecond: ratePerSecond(times),
    latencyMs: percentilesOf(delaysMs.slice(Math.floor(delaysMs.length / 10))),
    cost: await costOf(events),
    memoryMb: await largestMb(bench),
  };
}

async function largestMb({ processes }: Bench): Promise<number | null> {
  const all = await Promise.all(Object.values(processes).map(({ pid }) => residentMb(pid)));
  return all.reduce((most, mb) => (most === null || mb === null ? null : Math.max(most, mb)), 0);
}
