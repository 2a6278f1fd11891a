import { type Bench, untilAllArrived } from '../bench';
import { publishAtRate } from '../load';
import { type Percentiles, percentilesOf } from '../numbers';

export interface SteadyRate {
  perSecond: number;
  /** 1: single events. */
  perCall: number;
  seconds: number;
}

/** From publish to receipt, in ms, when events are published at this rate. */
export async function measureSteadyRate(bench: Bench, rate: SteadyRate): Promise<Percentiles> {
  await publishAtRate(bench.api, bench.tally, rate);
  await untilAllArrived(bench);
  return percentilesOf((await bench.tally.collect()).delaysMs);
}
