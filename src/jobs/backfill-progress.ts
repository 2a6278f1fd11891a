import type { Log } from '../log';

const EVERY_MS = 10_000;

/** What is backfilled: a reader of a feed. */
export type Backfilled = 'counts' | 'index' | 'deliveries';

const NAMES: Record<Backfilled, string> = {
  counts: 'counts',
  index: 'search index',
  deliveries: 'counts of deliveries',
};

/**
 * Logs the progress of a backfill: when it begins, every ten seconds, and when it is finished.
 * @param remaining about how many rows are left
 */
export function reportBackfill(
  log: Log,
  reader: Backfilled,
  remaining: () => Promise<number>,
): (taken: number | null, isMore: boolean) => Promise<void> {
  const backfill = NAMES[reader];
  let rows: number | null = null;
  let saidAt = 0;
  return async (taken, isMore) => {
    if (taken === null) return;
    const isFirst = rows === null;
    rows = (rows ?? 0) + taken;
    if (!isMore) {
      log.info({ backfill, rows }, 'all older rows are processed');
      rows = null;
    } else if (isFirst || performance.now() - saidAt > EVERY_MS) {
      saidAt = performance.now();
      log.info({ backfill, rows, remaining: await remaining() }, 'processing older rows');
    }
  };
}
