import type { Db } from '../../sql/db';
import { figureQuery, type StatsQuestion } from './stats-figures';
import { keptSamples, rowSamples, type SampleKey } from './stats-samples.store';

/** The id of the latest failure for each of these keys, in their order; null where it cannot be found. */
export async function latestFailures(
  db: Db,
  question: StatsQuestion,
  keys: readonly SampleKey[],
): Promise<(string | null)[]> {
  if (keys.length === 0) return [];
  const { kept, span, rowCondition } = question;
  const { windows } = figureQuery(question, ['webhookId']);
  const within = kept && { from: Math.max(span.from, kept.within.from), to: Math.min(span.to, kept.within.to) };
  const [counted, looked] = await Promise.all([
    kept && within && within.from < within.to ? keptSamples(db, keys, within, kept.condition) : [],
    rowSamples(db, keys, windows, rowCondition),
  ]);
  const latest = keys.map((): string | null => null);
  for (const { n, id } of [...counted, ...looked]) {
    const known = latest[n];
    if (!known || id > known) latest[n] = id;
  }
  return latest;
}
