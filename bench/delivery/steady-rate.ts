import { type Bench, untilAllArrived } from '../bench';
import { clockMs } from '../clock';
import { type Cost, startCounting } from '../cost';
import { publishAtRate, type Rate } from '../load';
import { type Percentiles, percentilesOf } from '../numbers';
import { KINDS } from './statement-kinds';

export interface SteadyRate {
  /** From when the call was due to the receipt. */
  latencyMs: Percentiles;
  /** Whether everything had arrived within a second after the last call was due. */
  keepsUp: boolean;
  cost: Cost;
}

const LATE_MS = 1_000;

export async function measureSteadyRate(bench: Bench, rate: Rate): Promise<SteadyRate> {
  const { api, tally } = bench;
  const costOf = await startCounting(bench, KINDS);
  const end = clockMs() + 1000 * rate.seconds;
  await publishAtRate(api, tally, rate);
  await untilAllArrived(bench);
  const { times, delaysMs } = await tally.collect();
  return {
    latencyMs: percentilesOf(delaysMs),
    keepsUp: (times.at(-1) ?? Number.POSITIVE_INFINITY) < end + LATE_MS,
    cost: await costOf(times.length),
  };
}
