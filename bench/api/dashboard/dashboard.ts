// The dashboard set: each query against each side, in turn, several rounds.

import { rounded } from '../../numbers';
import type { Database } from '../database';
import { type LoadProcess, startLoadProcess } from '../load';
import { sampleParameters } from './parameters';
import { QUERIES, type QueryName } from './queries';
import { record, startReferenceProcess } from './reference';
import { bodiesOf, checkSame, type Side, startOurs, startPostgraphile, startTypeorm } from './sides';

/** Answers per second, the median of the rounds. */
export type Rates = Record<QueryName, number>;

export interface Dashboard {
  ours: Rates;
  /** The resolvers alone, without the fast path. */
  resolvers: Rates;
  postgraphile: Rates;
  typeorm: Rates;
  pgbench: Rates;
  /** Statements that our server sends for one question. */
  statements: Rates;
}

type Say = (what: string) => void;
interface Effort {
  seconds: number;
  rounds: number;
}

export async function measureDashboard(database: Database, effort: Effort, say: Say): Promise<Dashboard> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const parameters = await sampleParameters(database.sql, database.until);
    const ours = await startOurs(database, parameters, stops);
    const resolvers = await startOurs(database, parameters, stops, 'resolvers', { READ_PLANS: 'off' });
    const postgraphile = await startPostgraphile(database, parameters, stops);
    const typeorm = await startTypeorm(database, parameters, stops);
    await checkSame([ours, resolvers, postgraphile, typeorm]);
    const recorded = await record(database, ours);
    const load = startLoadProcess();
    stops.push(load.stop);
    const reference = startReferenceProcess(database.servingUrl);
    stops.push(reference.stop);
    const rates: Dashboard = {
      ours: noRates(),
      resolvers: noRates(),
      postgraphile: noRates(),
      typeorm: noRates(),
      pgbench: noRates(),
      statements: noRates(),
    };
    for (const query of QUERIES) {
      say(`dashboard: ${query}`);
      const runs = {
        ours: runOf(load, ours, query),
        postgraphile: runOf(load, postgraphile, query),
        pgbench: (seconds: number) => reference.run(recorded[query], seconds),
        resolvers: runOf(load, resolvers, query),
        typeorm: runOf(load, typeorm, query),
      };
      const medians = await inTurn(runs, effort);
      for (const [side, value] of Object.entries(medians)) rates[side as keyof typeof runs][query] = value;
      const all = recorded[query].reduce((sum, each) => sum + each.length, 0);
      rates.statements[query] = rounded(all / recorded[query].length, 2);
    }
    return rates;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

const noRates = (): Rates => ({ list: Number.NaN, webhook: Number.NaN, timeline: Number.NaN, failures: Number.NaN });

type Run = (seconds: number) => Promise<number>;

function runOf(load: LoadProcess, side: Side, query: QueryName): Run {
  const bodies = bodiesOf(side, query);
  return async (seconds) => (await load.run(side.target, bodies, { seconds })).perSecond;
}

// Each is alone on the machine while it is measured; the others are there, and idle.
async function inTurn<Name extends string>(
  runs: Record<Name, Run>,
  { seconds, rounds }: Effort,
): Promise<Record<Name, number>> {
  const names = Object.keys(runs) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (const name of names) await runs[name](seconds / 2);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) measured[name].push(await runs[name](seconds));
  }
  return Object.fromEntries(names.map((name) => [name, median(measured[name])])) as Record<Name, number>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
