// Erases content that has passed its limit, in bounded steps.

import type { Db } from '../../sql/db';
import { currentMs, currentTime } from '../../time/clock';
import type { ErasureRow } from '../erasure.store';
import { ALL_WEBHOOKS, limitedWebhooks, retentionLimits, rowsBefore } from '../retention-limit.store';
import type { StepRows } from './erased-rows.store';
import { orderOwn } from './order-erasure';
import { type ErasingParts, eraseAndCount, PassPositions, report } from './run-erasures';

const ROWS = 200;
const DAY_MS = 86_400_000;
const REASON = 'The limit of its content has passed';
const NOTHING: StepRows = { events: [], deliveries: [], requests: [] };

/** Rows that one limit is for. */
interface Scope {
  what: 'requests' | 'deliveries' | 'events';
  /** Of events: ALL_WEBHOOKS. */
  webhookId: string;
  days: number;
}

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
  let order: ErasureRow | null = null;
  let erased = 0;
  for (const scope of await scopesOf(db)) {
    for await (const rows of pastRows(db, scope, positions)) {
      order ??= await transaction((own) => orderOwn(own, 'RETENTION', {}, REASON, currentTime()));
      const { id } = order;
      const done = await transaction((own) => eraseAndCount(own, id, rows));
      erased += done[scope.what].length;
    }
  }
  const done = order;
  if (done !== null) await transaction((own) => report(own, done, {}));
  return erased;
}

/** Requests first, and events last: of what is still sent, the content is kept until then. */
async function scopesOf(db: Db): Promise<Scope[]> {
  const changedBefore = new Date(currentMs() - DAY_MS);
  const limits = await limitedWebhooks(db, changedBefore);
  const ofAll = (await retentionLimits(db)).find(({ id }) => id === ALL_WEBHOOKS);
  const days = ofAll && ofAll.changedAt <= changedBefore ? ofAll.contentDays : null;
  return [
    ...limits.map((limit): Scope => ({ what: 'requests', ...limit })),
    ...limits.map((limit): Scope => ({ what: 'deliveries', ...limit })),
    ...(days === null ? [] : [{ what: 'events' as const, webhookId: ALL_WEBHOOKS, days }]),
  ];
}

/** What has content, a step each. The position follows when the step is done. */
async function* pastRows(db: Db, { what, webhookId, days }: Scope, positions: PassPositions): AsyncGenerator<StepRows> {
  const before = new Date(currentMs() - days * DAY_MS);
  const scope = `${what} ${webhookId}`;
  for (;;) {
    const { ids, last } = await rowsBefore(db, what, { webhookId, after: positions.of(scope), before }, ROWS);
    if (ids.length > 0) yield { ...NOTHING, [what]: ids };
    if (last === null) return;
    positions.read(scope, last);
  }
}
