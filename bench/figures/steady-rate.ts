import { type Bench, untilAllArrived } from '../bench';
import { publishAtRate } from '../load';
import { type Percentiles, percentilesOf } from '../numbers';

/** From publish to receipt, in ms, when single events are published at this rate. */
export async function measureSteadyRate(bench: Bench, perSecond: number, seconds: number): Promise<Percentiles> {
  await publishAtRate(bench.api, bench.tally, perSecond, seconds);
  await untilAllArrived(bench);
  return percentilesOf((await bench.tally.collect()).delaysMs);
}
