import { type Percentiles, percentilesOf } from '../numbers';
import type { Bench } from './bench';

export const PER_SECOND = 500;

/** How long calls wait for their answers when 500 are due each second. */
export async function measureSteadyRate({ load, partner, tally }: Bench, seconds: number): Promise<Percentiles> {
  const answers = await load.callAtRate(partner, tally.take(PER_SECOND * seconds), PER_SECOND);
  tally.note(answers);
  return percentilesOf(answers.waitsMs);
}
