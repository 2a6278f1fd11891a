// Erases content that has passed its limit, in bounded steps.
import { currentMs, currentTime } from '../../clock';
import type { ErasureRow } from '../erasure.store';
import { ALL_WEBHOOKS, limitedWebhooks, retentionLimits, rowsBefore } from '../retention-limit.store';
import type { StepRows } from './erased-rows.store';
import { orderOwn } from './order-own-erasure';
import { PassPositions } from './pass-positions';
import { type ErasingParts, eraseAndCount, report } from './run-erasures';

const ROWS = 200;
const DAY_MS = 86_400_000;
const REASON = 'The limit of its content has passed';
const WHAT = ['requests', 'deliveries', 'events'] as const;
const NOTHING: StepRows = { events: [], deliveries: [], requests: [] };

/**
 * One pass over what a limit applies to, from where the last one ended. What a hold, a minimum or an open delivery keeps is
 * left for the pass that begins at the oldest row, each day.
 * A limit that was changed within a day is not applied yet: one person may set it, and others see it in time.
 * The journal has nothing of it: a limit repeats itself after a restore.
 * @param positions of the passes before
 * @returns the number of rows that were erased
 */
export async function erasePastLimits(parts: ErasingParts, positions = new PassPositions()): Promise<number> {
  const { db, transaction } = parts;
  positions.begin(currentMs());
  const changedBefore = new Date(currentMs() - DAY_MS);
  const limits = await limitedWebhooks(db, changedBefore);
  const ofAll = (await retentionLimits(db)).find(({ id }) => id === ALL_WEBHOOKS);
  const all = ofAll && ofAll.changedAt <= changedBefore ? ofAll.contentDays : null;
  const scopes = [
    ...limits.flatMap((each) => (['requests', 'deliveries'] as const).map((what) => ({ what, ...each }))),
    ...(all === null ? [] : [{ what: 'events' as const, webhookId: ALL_WEBHOOKS, days: all }]),
  ];
  let order: ErasureRow | null = null;
  let erased = 0;
  for (const { what, webhookId, days } of scopes.sort((a, b) => WHAT.indexOf(a.what) - WHAT.indexOf(b.what))) {
    const before = new Date(currentMs() - days * DAY_MS);
    const scope = `${what} ${webhookId}`;
    for (let after = positions.of(scope); ; ) {
      const ids = await rowsBefore(db, what, { webhookId, after, before }, ROWS);
      if (ids.length === 0) break;
      const ordered: ErasureRow =
        order ?? (await transaction((own) => orderOwn(own, 'RETENTION', {}, REASON, currentTime())));
      order = ordered;
      const done = await transaction((own) => eraseAndCount(own, ordered.id, { ...NOTHING, [what]: ids }));
      erased += done[what].length;
      after = ids.at(-1) as string;
      positions.read(scope, after);
      if (ids.length < ROWS) break;
    }
  }
  const done = order;
  if (done !== null) await transaction((own) => report(own, done, {}));
  return erased;
}
