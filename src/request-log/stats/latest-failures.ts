import type { Db } from '../../sql/db';
import { failuresFromRollups, failuresFromRows, type SampleKey } from './latest-failures.store';
import { figureQuery, type StatsQuestion } from './stats-figures';

/** The id of the latest failure of each of these keys, in their order; null if there is none. */
export async function latestFailures(
  db: Db,
  question: StatsQuestion<string>,
  keys: readonly SampleKey[],
): Promise<(string | null)[]> {
  if (keys.length === 0) return [];
  const { rollup, span, rowCondition } = question;
  const { rowSpans } = figureQuery(question, ['webhookId']);
  const within = rollup && { from: Math.max(span.from, rollup.within.from), to: Math.min(span.to, rollup.within.to) };
  const [counted, looked] = await Promise.all([
    rollup && within && within.from < within.to ? failuresFromRollups(db, keys, within, rollup.condition) : [],
    failuresFromRows(db, keys, rowSpans, rowCondition),
  ]);
  const latest = keys.map((): string | null => null);
  for (const { n, id } of [...counted, ...looked]) {
    const known = latest[n];
    if (!known || id > known) latest[n] = id;
  }
  return latest;
}
