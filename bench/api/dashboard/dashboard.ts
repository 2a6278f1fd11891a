// The dashboard set: each query against each side, in turn, several rounds.
import type { Database } from '../database';
import { startLoadProcess } from '../load';
import { installPostgraphile } from '../postgraphile';
import { sampleParameters } from './parameters';
import { QUERIES, type QueryName } from './queries';
import { bodiesOf, checkSame, openOurs, openPostgraphile } from './sides';

/** Answers per second, the median of the rounds. */
export type Rates = Record<QueryName, number>;

export interface Dashboard {
  ours: Rates;
  postgraphile: Rates;
}

type Say = (what: string) => void;
interface Effort {
  seconds: number;
  rounds: number;
}

export async function measureDashboard(database: Database, { seconds, rounds }: Effort, say: Say): Promise<Dashboard> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    await installPostgraphile(say);
    const parameters = await sampleParameters(database.sql, database.until);
    const sides = {
      ours: await openOurs(database, parameters, stops),
      postgraphile: await openPostgraphile(database, parameters, stops),
    };
    await checkSame(sides.ours, sides.postgraphile);
    const load = startLoadProcess();
    stops.push(load.stop);
    const rates: Dashboard = { ours: noRates(), postgraphile: noRates() };
    for (const query of QUERIES) {
      say(`dashboard: ${query}`);
      const measured: Record<keyof Dashboard, number[]> = { ours: [], postgraphile: [] };
      // each is alone on the machine while it is measured; the other is there, and idle. The first round warms up
      for (let round = -1; round < rounds; round += 1) {
        for (const name of ['ours', 'postgraphile'] as const) {
          const { target } = sides[name];
          const perSecond = await load.run(target, bodiesOf(sides[name], query), seconds);
          if (round >= 0) measured[name].push(perSecond);
        }
      }
      rates.ours[query] = median(measured.ours);
      rates.postgraphile[query] = median(measured.postgraphile);
    }
    return rates;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

const noRates = (): Rates => ({ list: Number.NaN, webhook: Number.NaN, timeline: Number.NaN, failures: Number.NaN });

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
}
