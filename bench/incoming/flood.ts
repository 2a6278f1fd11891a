import { type Percentiles, ratePerSecond } from '../numbers';
import type { Bench } from './bench';
import { startLoadProcess } from './load';
import { measureSteadyRate } from './steady-rate';

export interface Flood {
  /** Of the calls that are right. */
  waitMs: Percentiles;
  refusedPerSecond: number;
  refused: number;
}

const CONNECTIONS = 4;
/** Before it is measured: a process that starts would be part of the figure. */
const WARM_UP_S = 1;
/** The flood ends when the calls do: only so as to end at all. */
const LIMIT_S = 120;

/** 500/s of one partner while somebody else calls another's address as fast as refused, from a process of their own. */
export async function measureFlood(bench: Bench, seconds: number): Promise<Flood> {
  const forgers = startLoadProcess();
  try {
    const before = await forgers.callFor(bench.forger, WARM_UP_S, CONNECTIONS);
    const flood = forgers.callFor(bench.forger, LIMIT_S, CONNECTIONS);
    flood.catch(() => undefined); // it is waited for below
    const waitMs = await measureSteadyRate(bench, seconds).finally(forgers.endEarly);
    const { times } = await flood;
    return { waitMs, refusedPerSecond: ratePerSecond(times), refused: before.times.length + times.length };
  } finally {
    await forgers.stop();
  }
}
