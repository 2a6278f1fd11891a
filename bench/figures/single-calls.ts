import { setTimeout as wait } from 'node:timers/promises';
import { type Bench, untilAllArrived } from '../bench';
import { type Cost, startCounting } from '../cost';
import { publishSingly } from '../load';
import { type Percentiles, percentilesOf, ratePerSecond } from '../numbers';
import type { ServerProcess } from '../server-process';
import { UNDER_WAY } from './full-speed';

export interface SingleCalls {
  perSecond: number;
  latencyMs: Percentiles;
  cost: Cost;
}

const CONNECTIONS = 32;

/** One event a call over 32 connections, each as fast as it is answered, as business systems publish. */
export async function measureSingleCalls(bench: Bench, worker: ServerProcess, events: number): Promise<SingleCalls> {
  const { api, tally } = bench;
  const costOf = await startCounting(bench, [worker.pid]);
  const room = async () => {
    while (tally.missing() >= UNDER_WAY) await wait(2);
  };
  await publishSingly(api, tally, events, CONNECTIONS, room);
  await untilAllArrived(bench);
  const { times, delaysMs } = await tally.collect();
  return {
    perSecond: ratePerSecond(times),
    latencyMs: percentilesOf(delaysMs.slice(Math.floor(events / 10))),
    cost: await costOf(events),
  };
}
