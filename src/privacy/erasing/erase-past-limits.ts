// Erases content that has passed its limit, in bounded steps.
import { currentMs, currentTime } from '../../clock';
import type { ErasureRow } from '../erasure.store';
import { ALL_WEBHOOKS, limitedWebhooks, retentionLimits, rowsBefore } from '../retention-limit.store';
import type { StepRows } from './erased-rows.store';
import { orderOwn } from './order-own';
import { type ErasingParts, eraseInOneStep, report } from './run-erasures';

const ROWS = 200;
const DAY_MS = 86_400_000;
const REASON = 'The limit of its content has passed';
const WHAT = ['requests', 'deliveries', 'events'] as const;
const NOTHING: StepRows = { events: [], deliveries: [], requests: [] };

/**
 * One pass over everything that a limit applies to. What a hold, a minimum or an open delivery keeps is left for the next one.
 * @returns the number of rows that were erased
 */
export async function erasePastLimits(parts: ErasingParts): Promise<number> {
  const { db, transaction } = parts;
  const limits = await limitedWebhooks(db);
  const all = (await retentionLimits(db)).find(({ id }) => id === ALL_WEBHOOKS)?.contentDays ?? null;
  const scopes = [
    ...limits.flatMap((each) => (['requests', 'deliveries'] as const).map((what) => ({ what, ...each }))),
    ...(all === null ? [] : [{ what: 'events' as const, webhookId: ALL_WEBHOOKS, days: all }]),
  ];
  let order: ErasureRow | null = null;
  let erased = 0;
  for (const { what, webhookId, days } of scopes.sort((a, b) => WHAT.indexOf(a.what) - WHAT.indexOf(b.what))) {
    const before = new Date(currentMs() - days * DAY_MS);
    for (let after = ALL_WEBHOOKS; ; ) {
      const ids = await rowsBefore(db, what, { webhookId, after, before }, ROWS);
      if (ids.length === 0) break;
      const ordered: ErasureRow =
        order ?? (await transaction((own) => orderOwn(own, 'RETENTION', null, REASON, currentTime())));
      order = ordered;
      const done = await eraseInOneStep(parts, ordered.id, { ...NOTHING, [what]: ids });
      erased += done[what].length;
      after = ids.at(-1) as string;
      if (ids.length < ROWS) break;
    }
  }
  const done = order;
  if (done !== null) await transaction((own) => report(own, done, {}, erased));
  return erased;
}
