import type { Percentiles } from '../numbers';
import { sayer } from '../program';
import { startBench } from './bench';
import { type Flood, measureFlood } from './flood';
import { CONNECTIONS, type FullSpeed, measureFullSpeed } from './full-speed';
import { checkAccepted, countRefusals, type Ledger, type Refusals } from './ledger';
import { measureReference } from './reference';
import type { Size } from './sizes';
import { measureSteadyRate, PER_SECOND } from './steady-rate';

/** All that one run measured. */
export interface Figures {
  ceilingPerSecond: number;
  steady: Percentiles;
  flood: Flood;
  fullSpeed: FullSpeed;
  ledger: Ledger;
  refusals: Refusals;
}

const WARM_UP_S = 10;

export async function measureAll(size: Size, stops: (() => Promise<unknown>)[]): Promise<Figures> {
  const say = sayer();
  say('starting PostgreSQL, the API and a worker');
  const bench = await startBench(stops);
  const { load, partner, tally } = bench;
  say('the reference: a bare server that verifies the same signature');
  const ceilingPerSecond = await measureReference(load, partner.key, size.referenceSeconds);
  say(`warming up with ${size.warmUpCalls} calls`);
  tally.note(await load.callAll(partner, tally.take(size.warmUpCalls), CONNECTIONS, WARM_UP_S));
  say(`${PER_SECOND}/s for ${size.steadySeconds} s`);
  const steady = await measureSteadyRate(bench, size.steadySeconds);
  say(`the same for ${size.floodSeconds} s while another agreement is flooded with bad signatures`);
  const flood = await measureFlood(bench, size.floodSeconds);
  say(`as fast as answered, ${size.fullSpeedCalls} calls`);
  const fullSpeed = await measureFullSpeed(bench, size.fullSpeedCalls, size.fullSpeedSeconds);
  say('does the database have what was answered?');
  const ledger = await checkAccepted(bench);
  const refusals = await countRefusals(bench, flood.refused);
  return { ceilingPerSecond, steady, flood, fullSpeed, ledger, refusals };
}
