// Whether a page of the list takes longer where the log is longer.
import { median } from '../dashboard/dashboard';
import { sampleParameters } from '../dashboard/parameters';
import { bodiesOf, startOurs } from '../dashboard/sides';
import type { Database } from '../database';
import { startLoadProcess } from '../load';

export interface ListGrowth {
  smallRows: number;
  /** Milliseconds, the medians of the rounds. */
  smallP95Ms: number;
  p95Ms: number;
}

/** Few enough that the processes share two cores: at more, what is measured is the queue. */
const CONNECTIONS = 2;

/** @param small the same in small; may be the same database */
export async function measureListGrowth(
  database: Database,
  small: Database,
  { seconds, rounds }: { seconds: number; rounds: number },
): Promise<ListGrowth> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const sides = [];
    for (const each of [small, database]) {
      sides.push(await startOurs(each, await sampleParameters(each.sql, each.until), stops));
    }
    const load = startLoadProcess();
    stops.push(load.stop);
    const p95s: [number[], number[]] = [[], []];
    for (let round = -1; round < rounds; round += 1) {
      for (const [index, side] of sides.entries()) {
        const { latencyMs } = await load.run(side.target, bodiesOf(side, 'list'), {
          seconds,
          connections: CONNECTIONS,
        });
        // the first round warms up
        if (round >= 0) p95s[index as 0 | 1].push(latencyMs.p95);
      }
    }
    return { smallRows: small.rows, smallP95Ms: median(p95s[0]), p95Ms: median(p95s[1]) };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}
