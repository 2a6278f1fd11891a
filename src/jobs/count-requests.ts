import { currentMs } from '../clock';
import type { Log } from '../log';
import { type Loop, startLoop } from '../loop';
import { backfillRemaining } from '../request-log/feed/backfill.store';
import { hasUnread } from '../request-log/feed/feed-position.store';
import { countStep } from '../request-log/stats/update-rollups';
import type { Db } from '../sql/db';
import type { Transaction } from '../sql/transactions';
import { reportBackfill } from './backfill-progress';
import { restAfter, urgency } from './follow-throttle';

const REST_MS = 1_000;
const LONGEST_REST_MS = 10_000;
/** Openings and closings in a step while there is something to deliver: about ten milliseconds of work. */
const SHORT_STEP = 2_000;

/**
 * Keeps request_stats up to date, a second behind, in one process at a time. Earlier requests are counted step by step:
 * without rests, or in short steps with rests while there is something to deliver.
 */
export function startCounting(db: Db, transaction: Transaction, log: Log, isDelivering: () => Promise<boolean>): Loop {
  const report = reportBackfill(log, 'counts', async () => (await backfillRemaining(db)).counts);
  return startLoop('counting', REST_MS, log, async () => {
    if (!(await hasUnread(db, 'counts'))) return REST_MS;
    const begun = performance.now();
    const isShort = await isDelivering();
    // not durable: counts that a power cut loses are counted again, because their position is lost too
    const step = await transaction((own) => countStep(own, isShort ? SHORT_STEP : undefined), { durable: false });
    await report(step.backfilled, step.more);
    const tookMs = performance.now() - begun;
    if (!step.more) return Math.min(LONGEST_REST_MS, Math.max(REST_MS, restAfter(tookMs, 0)));
    return isShort ? restAfter(tookMs, urgency(step.oldest ? currentMs() - step.oldest.getTime() : 0)) : true;
  });
}
